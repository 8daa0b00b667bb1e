using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MELT.Devices.Inference.Operators;

/// <summary>
/// The log of an MLC engine whose TVM profiles its calls: <c>Report from function decode:</c> and a line of JSON; on Android in pieces,
/// <c>Report from function decode[0/115]:</c> … <c>[115/115]</c>, each on a line of its own. The table for people that follows is not read.
/// </summary>
public sealed partial class TvmOperatorLog
{
    private readonly string _file;
    private readonly ImmutableArray<OperatorGraph>.Builder _graphs = ImmutableArray.CreateBuilder<OperatorGraph>();
    private readonly ImmutableArray<OperatorLogProblem>.Builder _problems = ImmutableArray.CreateBuilder<OperatorLogProblem>();
    private readonly SortedDictionary<string, string> _facts = new(StringComparer.Ordinal);
    private Pieces? _open;

    private TvmOperatorLog(string file) => _file = file;

    public static bool Begins(string line) => Head().IsMatch(line);

    public static OperatorLog Read(string file, IReadOnlyList<string> lines)
    {
        var log = new TvmOperatorLog(file);
        for (var i = 0; i < lines.Count; i++)
        {
            if (Head().Match(lines[i]) is not { Success: true } head) continue;
            var piece = i + 1 < lines.Count && !Begins(lines[i + 1]) ? Logcat().Replace(lines[i + 1], "") : "";
            if (head.Groups["piece"].Success) log.AddPiece(head, i + 1, piece);
            else log.AddWhole(head.Groups["function"].Value, i + 1, piece);
        }
        log.Cut(lines.Count, "the log ends");
        return new("tvm", log._graphs.ToImmutable(), log._problems.ToImmutable()) { Facts = log._facts.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private void AddWhole(string function, int line, string json)
    {
        Cut(line, "another report begins");
        if (TryAdd(function, line, json) is { } wrong) _problems.Add(new(_file, line + 1, $"the report from function {function} is {wrong}"));
    }

    // The last piece is number n or n − 1 of n, whichever way the writer counts: a report is over once it is a whole JSON text.
    private void AddPiece(Match head, int line, string piece)
    {
        var (function, number, count) = (head.Groups["function"].Value, Whole(head.Groups["piece"].Value), Whole(head.Groups["count"].Value));
        if (_open is null || number == 0 || _open.Function != function || _open.Count != count)
        {
            Cut(line, "another report begins");
            _open = new(function, line, count, number);
            if (number > 1) _open.Wrong = new(_file, line, FormattableString.Invariant($"the report from function {function} begins with piece {number} of {count}"));
        }
        else if (number != _open.Next) _open.Wrong ??= new(_file, line, FormattableString.Invariant($"piece {number} of {count} follows piece {_open.Next - 1} of the report from function {function}"));
        _open.Text.Append(piece);
        _open.Next = number + 1;
        if (number < count - 1) return;
        var wrong = _open.Wrong is null ? TryAdd(function, _open.Line, _open.Text.ToString()) : "";
        if (wrong is not null && number < count) return;
        if (wrong is not null) _problems.Add(_open.Wrong ?? new(_file, line, $"the report from function {function} is {wrong}"));
        _open = null;
    }

    private void Cut(int line, string why)
    {
        if (_open is { } open) _problems.Add(open.Wrong ?? new(_file, line, FormattableString.Invariant($"{why} before the report from function {open.Function} of line {open.Line} is over: piece {open.Next - 1} of {open.Count} is its last")));
        _open = null;
    }

    /// <summary>Null when the report was added, else what it is instead.</summary>
    private string? TryAdd(string function, int line, string json)
    {
        try
        {
            using var report = JsonDocument.Parse(json);
            ImmutableArray<OperatorRow> rows = [.. report.RootElement.GetProperty("calls").EnumerateArray().Select(call => Row(function, call))];
            var wall = Wall(report.RootElement) ?? rows.Sum(r => r.WallNanoseconds);
            _graphs.Add(new(_graphs.Count, Phase(function), null, line, rows, wall));
            if (report.RootElement.TryGetProperty("configuration", out var configuration)) Configured(configuration);
            return null;
        }
        catch (JsonException e)
        {
            return FormattableString.Invariant($"no whole JSON text: {json.Length} characters, wrong at {e.BytePositionInLine}");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return $"not of the known form: {e.Message}";
        }
    }

    private static OperatorRow Row(string function, JsonElement call) => new(
        Text(call, "Name") ?? throw new FormatException("a call has no name"), function, Text(call, "Device"), Text(call, "Argument Shapes") is { Length: > 0 } shape ? shape : null,
        call.TryGetProperty("Count", out var count) ? count.GetProperty("count").GetInt32() : 1, Nanoseconds(call.GetProperty("Duration (us)")), null);

    // The call as a whole was timed on each device, one timer around the other.
    private static long? Wall(JsonElement report) =>
        report.TryGetProperty("device_metrics", out var devices) && devices.EnumerateObject().Any() ? devices.EnumerateObject().Max(d => Nanoseconds(d.Value.GetProperty("Duration (us)"))) : null;

    private void Configured(JsonElement configuration)
    {
        foreach (var setting in configuration.EnumerateObject())
            _facts[setting.Name.ToLowerInvariant().Replace(' ', '_')] = setting.Value.EnumerateObject().Select(v => v.Value.ToString()).FirstOrDefault() ?? "";
    }

    private static string Phase(string function) =>
        function.Contains("prefill", StringComparison.Ordinal) ? OperatorGraph.Prefill
        : function.Contains("decode", StringComparison.Ordinal) ? OperatorGraph.Decode
        : OperatorGraph.Other;

    private static string? Text(JsonElement call, string name) => call.TryGetProperty(name, out var value) ? value.GetProperty("string").GetString() : null;

    private static long Nanoseconds(JsonElement duration) => duration.GetProperty("microseconds").GetDouble() is >= 0 and < 1e12 and var microseconds
        ? (long)Math.Round(microseconds * 1e3)
        : throw new FormatException($"{duration} is no duration");

    private static int Whole(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private sealed class Pieces(string function, int line, int count, int next)
    {
        public string Function { get; } = function;
        public int Line { get; } = line;
        public int Count { get; } = count;
        public int Next { get; set; } = next;
        public StringBuilder Text { get; } = new();
        public OperatorLogProblem? Wrong { get; set; }
    }

    [GeneratedRegex(@"Report from function (?<function>[^\s\[\]:]+)(?:\[(?<piece>\d+)/(?<count>\d+)\])?:\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    // What logcat puts before each line: "10-17 18:37:55.123  4711  4712 I TVM_RUNTIME: ", or "I/TVM_RUNTIME( 4711): ".
    [GeneratedRegex(@"^(?:\d\d-\d\d [\d:.]+ +(?:\d+ +\d+ )?)?[VDIWEF](?:/| )TVM_RUNTIME *(?:\( *\d+\))?: ", RegexOptions.CultureInvariant)]
    private static partial Regex Logcat();
}
