using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Devices.Inference.LlamaCpp.Programs;

namespace MELT.Devices.Inference.Operators;

/// <summary>
/// The log of a llama.cpp that was built to print its graphs (ggml_graph_print; builds until 2024): after every evaluation each node with its
/// processor and wall time, then wall time added up by operator. Generated text stands between the graphs, and before one on the same line.
/// </summary>
public sealed partial class LlamaOperatorLog
{
    private const string Mark = "=== GRAPH ===";
    private static readonly string End = new('=', 40);

    private readonly string _file;
    private readonly LlamaLog _settings = new();
    private readonly ImmutableArray<OperatorGraph>.Builder _graphs = ImmutableArray.CreateBuilder<OperatorGraph>();
    private readonly ImmutableArray<OperatorLogProblem>.Builder _problems = ImmutableArray.CreateBuilder<OperatorLogProblem>();
    private readonly SortedDictionary<string, string> _facts = new(StringComparer.Ordinal);
    private int _layers;
    private Open? _open;

    private LlamaOperatorLog(string file) => _file = file;

    public static bool Begins(string line) => line.Contains(Mark, StringComparison.Ordinal);

    public static OperatorLog Read(string file, IReadOnlyList<string> lines)
    {
        var log = new LlamaOperatorLog(file);
        for (var i = 0; i < lines.Count; i++) log.Add(i + 1, lines[i]);
        log.Cut(lines.Count, "the log ends");
        foreach (var (key, value) in log._settings.Settings) log._facts[key] = value;
        return new("llama.cpp", log._graphs.ToImmutable(), log._problems.ToImmutable()) { Facts = log._facts.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private void Add(int number, string line)
    {
        if (Begins(line))
        {
            Cut(number, "another graph begins");
            _open = new(number);
        }
        else if (_open is null) Outside(line);
        else if (line.StartsWith(End, StringComparison.Ordinal)) Close(number);
        else Inside(_open, number, line);
    }

    private void Outside(string line)
    {
        _settings.Add(line);
        if (Fact().Match(line) is not { Success: true } fact) return;
        _facts[fact.Groups[1].Value.Replace(' ', '_')] = fact.Groups[2].Value.Trim();
        if (fact.Groups[1].Value == "n_layer") _ = int.TryParse(fact.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _layers);
    }

    private void Inside(Open graph, int number, string line)
    {
        if (Count().Match(line) is { Success: true } count) (graph.Leafs, graph.Nodes) = count.Groups[1].Value == "leafs" ? (true, graph.Nodes) : (false, Whole(count.Groups[2].Value));
        else if (Total().Match(line) is { Success: true } total) graph.Totals[total.Groups[1].Value] = Nanoseconds(total.Groups[2].Value);
        else if (graph.Leafs || !line.StartsWith(" - ", StringComparison.Ordinal)) return;
        else if (Node().Match(line) is { Success: true } node && Whole(node.Groups["number"].Value) == graph.Rows.Count) graph.Rows.Add(Row(node));
        else graph.Wrong ??= new(_file, number, $"not node {graph.Rows.Count.ToString(CultureInfo.InvariantCulture)} with its operator and times: {line.Trim()}");
    }

    private static OperatorRow Row(Match node) => new(node.Groups["operator"].Value, null, null,
        string.Join('x', node.Groups["size"].Captures.Select(c => c.Value)), Whole(node.Groups["runs"].Value), Nanoseconds(node.Groups["wall"].Value), Nanoseconds(node.Groups["cpu"].Value));

    private void Close(int number)
    {
        if (_open is not { } graph) return;
        if (graph.Wrong is null && graph.Rows.Count == graph.Nodes && graph.Nodes > 0) _graphs.Add(Graph(graph));
        else _problems.Add(graph.Wrong ?? new(_file, number, FormattableString.Invariant($"the graph of line {graph.Line} has {graph.Rows.Count} of its {graph.Nodes} nodes")));
        _open = null;
    }

    private void Cut(int number, string why)
    {
        if (_open is { } graph) _problems.Add(graph.Wrong ?? new(_file, number, FormattableString.Invariant($"{why} before the graph of line {graph.Line} is over: {graph.Rows.Count} of its {graph.Nodes} nodes are there")));
        _open = null;
    }

    private OperatorGraph Graph(Open graph)
    {
        var modules = LayerPlaces.Of([.. graph.Rows.Select(r => r.Operator)], _layers);
        int? tokens = graph.Rows.Find(r => r.Operator == "GET_ROWS") is { Shape: { } shape } && shape.Split('x') is [_, var rows, ..] ? Whole(rows) : null;
        return new(_graphs.Count, tokens switch { null => OperatorGraph.Other, 1 => OperatorGraph.Decode, _ => OperatorGraph.Prefill }, tokens, graph.Line,
            [.. graph.Rows.Select((row, i) => row with { Module = modules.IsEmpty ? null : modules[i] })], graph.Rows.Sum(r => r.WallNanoseconds))
        {
            Totals = graph.Totals.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    private static int Whole(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static long Nanoseconds(string milliseconds) => (long)Math.Round(double.Parse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture) * 1e6);

    private sealed class Open(int line)
    {
        public int Line { get; } = line;
        public int Nodes { get; set; }
        public bool Leafs { get; set; }
        public List<OperatorRow> Rows { get; } = [];
        public Dictionary<string, long> Totals { get; } = new(StringComparer.Ordinal);
        public OperatorLogProblem? Wrong { get; set; }
    }

    // " -   3: [  4096,     2,     1]          MUL_MAT   (  1) cpu =  18.562 /  18.562 ms, wall =   5.255 /   5.255 ms": sum and mean of the runs.
    [GeneratedRegex(@"^ - +(?<number>\d+): \[(?: *(?<size>\d+),?)+\] +(?<operator>\w+) +[xg]? *\( *(?<runs>\d{1,9})\) cpu = *(?<cpu>\d{1,9}\.\d+) / *\d+\.\d+ ms, wall = *(?<wall>\d{1,9}\.\d+) / *\d+\.\d+ ms\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Node();

    [GeneratedRegex(@"^n_(nodes|leafs) = (\d+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Count();

    // The label says µs; the value is milliseconds.
    [GeneratedRegex(@"^perf_total_per_op_us\[ *(\w+)\] = *(\d{1,9}\.\d+) ms\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Total();

    [GeneratedRegex(@"^llm_load_print_meta: (n_layer|model type|model ftype|model params|model size|general\.name) *= (.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Fact();
}
