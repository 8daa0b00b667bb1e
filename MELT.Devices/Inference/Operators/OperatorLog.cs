using System.Collections.Immutable;

namespace MELT.Devices.Inference.Operators;

/// <summary>What a per-operator log holds: the graphs that are whole, and what was wrong with the rest.</summary>
/// <param name="Form">llama.cpp or tvm: who writes such a log.</param>
public sealed record OperatorLog(string Form, ImmutableArray<OperatorGraph> Graphs, ImmutableArray<OperatorLogProblem> Problems)
{
    /// <summary>What the log says of the engine and its model, as text by key.</summary>
    public ImmutableSortedDictionary<string, string> Facts { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a line like this is found in per-operator logs only.</summary>
    public static bool Begins(string line) => LlamaOperatorLog.Begins(line) || TvmOperatorLog.Begins(line);

    /// <summary>Reads a log of whichever form; null when it is none.</summary>
    /// <param name="file">Its name, for complaints.</param>
    public static OperatorLog? TryRead(string file, IReadOnlyList<string> lines) => lines.FirstOrDefault(Begins) switch
    {
        null => null,
        var line when TvmOperatorLog.Begins(line) => TvmOperatorLog.Read(file, lines),
        _ => LlamaOperatorLog.Read(file, lines),
    };
}

/// <summary>Something in a log that could not be used.</summary>
public sealed record OperatorLogProblem(string File, int Line, string Text)
{
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}: {Text}");
}
