using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What strace saw of the way of readings: when each PUBLISH of one publisher was read, when an fsync of the log returned, when a PUBACK was sent.</summary>
internal static partial class SystemCalls
{
    internal enum Step { Arrived, Committed, Acknowledged }

    public const string Traced = "fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg";

    /// <summary>SQLite's write-ahead log as strace -xx prints its name.</summary>
    private static readonly string Log = string.Concat("journal.db-wal".Select(c => $"\\x{(int)c:x2}"));

    /// <summary>The steps in order. A call counts as read or committed when it returns, and as sent when it begins.</summary>
    public static List<Step> Of(IEnumerable<string> trace, string publisher)
    {
        var steps = new List<Step>();
        var unfinished = new Dictionary<string, string>();
        string? connection = null;
        foreach (var line in trace)
        {
            if (Call().Match(line) is not { Success: true } call) continue;
            var (thread, text) = (call.Groups["thread"].Value, call.Groups["text"].Value);
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = text[..^"<unfinished ...>".Length];
                if (IsSend(text) && Bytes(text) is [0x40, ..] && Connection(text) == connection) steps.Add(Step.Acknowledged);
                continue;
            }
            var resumed = Resumed().Match(text);
            if (resumed.Success) text = unfinished.GetValueOrDefault(thread, "") + text[resumed.Length..];
            if (IsSync(text) && text.Contains(Log, StringComparison.Ordinal)) steps.Add(Step.Committed);
            else if (IsReceive(text) && Bytes(text) is { Length: > 0 } bytes)
            {
                if (connection is null && bytes[0] == 0x10 && System.Text.Encoding.ASCII.GetString(bytes).Contains(publisher, StringComparison.Ordinal)) connection = Connection(text);
                if ((bytes[0] & 0xf6) == 0x32 && Connection(text) == connection) steps.Add(Step.Arrived);
            }
            else if (!resumed.Success && IsSend(text) && Bytes(text) is [0x40, ..] && Connection(text) == connection) steps.Add(Step.Acknowledged);
        }
        return steps;
    }

    /// <summary>How many acknowledgements left, and how many of them with no commit between the reading's arrival and them.</summary>
    public static (int Acknowledged, int TooEarly) Judge(IEnumerable<Step> steps)
    {
        var (acknowledged, tooEarly, committed) = (0, 0, false);
        foreach (var step in steps)
        {
            if (step == Step.Acknowledged)
            {
                acknowledged++;
                if (!committed) tooEarly++;
            }
            committed = step == Step.Committed || (committed && step != Step.Arrived);
        }
        return (acknowledged, tooEarly);
    }

    private static bool IsSync(string text) => text.StartsWith("fsync(", StringComparison.Ordinal) || text.StartsWith("fdatasync(", StringComparison.Ordinal);
    private static bool IsReceive(string text) => text.StartsWith("read(", StringComparison.Ordinal) || text.StartsWith("recv", StringComparison.Ordinal);
    private static bool IsSend(string text) => text.StartsWith("write", StringComparison.Ordinal) || text.StartsWith("send", StringComparison.Ordinal);

    private static string? Connection(string text) => Socket().Match(text) is { Success: true } socket ? socket.Value : null;

    /// <summary>The first buffer of the call, as far as strace showed it.</summary>
    private static byte[] Bytes(string text) => Buffer().Match(text) is { Success: true } buffer
        ? [.. buffer.Groups["bytes"].Value.Split("\\x", StringSplitOptions.RemoveEmptyEntries).Select(hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))]
        : [];

    [GeneratedRegex(@"^(?<thread>\d+)\s+(?<text>.*)$")]
    private static partial Regex Call();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>\s*")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"<TCP:\[[^\]]*\]>")]
    private static partial Regex Socket();

    [GeneratedRegex(@"""(?<bytes>(?:\\x[0-9a-f]{2})+)""")]
    private static partial Regex Buffer();
}
