using System.Collections.Immutable;

namespace MELT.Devices.Inference.Operators;

/// <summary>One evaluation as a per-operator log tells it: a graph of llama.cpp, or a call of a compiled function of TVM.</summary>
/// <param name="Index">Its place in the log, from 0.</param>
/// <param name="Phase"><c>prefill</c>, <c>decode</c> or <c>other</c>: by the function's name where there is one, else by the number of tokens.</param>
/// <param name="Tokens">How many tokens it evaluated; null where the log does not tell.</param>
/// <param name="Line">Where it begins in the log.</param>
/// <param name="WallNanoseconds">Of the whole evaluation; where only its operators are timed, their sum.</param>
public sealed record OperatorGraph(int Index, string Phase, int? Tokens, int Line, ImmutableArray<OperatorRow> Rows, long WallNanoseconds)
{
    public const string Prefill = "prefill", Decode = "decode", Other = "other";

    /// <summary>The sums of wall time that the log itself gives, by operator, nanoseconds; empty where it gives none. llama.cpp counts every node with at least 1 µs there.</summary>
    public ImmutableSortedDictionary<string, long> Totals { get; init; } = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    public double WallSeconds => WallNanoseconds / 1e9;
}

/// <summary>One operator in one graph, or calls of it that the log adds up. Null: the log does not tell.</summary>
/// <param name="Module">The layer (<c>blk.7</c>) or the compiled function (<c>decode</c>) it belongs to.</param>
/// <param name="WallNanoseconds">Time that passed.</param>
/// <param name="CpuNanoseconds">Processor time of all threads together.</param>
public sealed record OperatorRow(string Operator, string? Module, string? Device, string? Shape, long Calls, long WallNanoseconds, long? CpuNanoseconds)
{
    public double WallSeconds => WallNanoseconds / 1e9;
    public double? CpuSeconds => CpuNanoseconds / 1e9;
}
