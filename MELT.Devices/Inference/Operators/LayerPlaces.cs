using System.Collections.Immutable;
using System.Globalization;

namespace MELT.Devices.Inference.Operators;

/// <summary>
/// Which layer each node of a graph belongs to, where a log names none: a model of L layers has L equal stretches of operators one after the
/// other, between what comes before them (<c>input</c>) and after them (<c>output</c>).
/// </summary>
public static class LayerPlaces
{
    /// <summary>A name per node; empty when the operators do not repeat as often as there are layers. The longest stretch counts, and of equal ones the earliest.</summary>
    public static ImmutableArray<string> Of(IReadOnlyList<string> operators, int layers)
    {
        if (layers < 2) return [];
        for (var length = operators.Count / layers; length > 1; length--)
            for (var first = 0; first + length * layers <= operators.Count; first++)
                if (Repeats(operators, first, length, layers))
                    return [.. Enumerable.Range(0, operators.Count).Select(i => Name(i - first, length, layers))];
        return [];
    }

    private static bool Repeats(IReadOnlyList<string> operators, int first, int length, int layers)
    {
        for (var i = first; i < first + length * (layers - 1); i++)
            if (operators[i] != operators[i + length]) return false;
        return true;
    }

    private static string Name(int place, int length, int layers) =>
        place < 0 ? "input" : place >= length * layers ? "output" : string.Create(CultureInfo.InvariantCulture, $"blk.{place / length}");
}
