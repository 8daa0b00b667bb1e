using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>How a program ended and when that was noticed here. One killed by a signal has the code 128 + its number, as in a shell.</summary>
/// <param name="Code">Null: the link was lost, and what became of the program is unknown.</param>
/// <param name="Remark">What else is known of the end: that the kernel killed for want of memory, how the link was lost.</param>
public sealed record ProcessExit(Stamp At, int? Code, string? Remark = null)
{
    private const int SignalBase = 128;

    private static readonly Dictionary<int, string> Names = (((int Number, string Name)[])
    [
        (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"), (8, "SIGFPE"), (9, "SIGKILL"),
        (11, "SIGSEGV"), (13, "SIGPIPE"), (14, "SIGALRM"), (15, "SIGTERM"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (31, "SIGSYS"),
    ]).ToDictionary();

    public string? Signal => Code is > SignalBase and < SignalBase + 65
        ? Names.GetValueOrDefault(Code.Value - SignalBase, string.Create(CultureInfo.InvariantCulture, $"signal {Code - SignalBase}"))
        : null;

    /// <summary>What it said last, and what else is known of its end; null when that is nothing.</summary>
    internal string? Explain(TextTail lastWords)
    {
        var words = string.Join('\n', new[] { lastWords.ToString().Trim(), Remark }.Where(w => !string.IsNullOrEmpty(w)));
        return words.Length == 0 ? null : words;
    }
}
