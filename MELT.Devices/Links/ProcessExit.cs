using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>How a process ended and when its parent noticed. A process killed by a signal has the code 128 + its number, as in a shell.</summary>
internal sealed record ProcessExit(Stamp At, int Code)
{
    private const int SignalBase = 128;

    private static readonly Dictionary<int, string> Names = (((int Number, string Name)[])
    [
        (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"), (8, "SIGFPE"), (9, "SIGKILL"),
        (11, "SIGSEGV"), (13, "SIGPIPE"), (14, "SIGALRM"), (15, "SIGTERM"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (31, "SIGSYS"),
    ]).ToDictionary();

    public string? Signal => Code is > SignalBase and < SignalBase + 65
        ? Names.GetValueOrDefault(Code - SignalBase, string.Create(CultureInfo.InvariantCulture, $"signal {Code - SignalBase}"))
        : null;
}
