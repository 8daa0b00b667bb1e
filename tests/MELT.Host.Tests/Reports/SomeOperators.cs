using System.Collections.Immutable;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

/// <summary>Profiles of operators as results have them.</summary>
internal static class SomeOperators
{
    public static OperatorResults Decode { get; } = new(1, "decode", 2, 0.008)
    {
        ByOperator = [new("MUL_MAT", "cpu0", 18, 0.007, 0.028, 0.875), new("<CPY>", null, 2, 0.001, null, 0.125)],
        ByModule = [new("blk.0", 9, 0.004, 0.016, 0.5), new("blk.1", 9, 0.003, 0.012, 0.375), new(null, 2, 0.001, null, 0.125)],
        ByDevice = [new("cpu0", 18, 0.007, 0.028, 0.875), new(null, 2, 0.001, null, 0.125)],
    };

    /// <summary>One graph of operators that ran once each on cpu0, for so many milliseconds.</summary>
    public static OperatorResults Of(int? request, string phase, ImmutableArray<(string Operator, long Milliseconds)> operators)
    {
        var all = operators.Sum(o => o.Milliseconds);
        double Share(long milliseconds) => all > 0 ? milliseconds / (double)all : 0;
        return new(request, phase, 1, all / 1e3)
        {
            ByOperator = [.. operators.Select(o => new OperatorTotal(o.Operator, "cpu0", 1, o.Milliseconds / 1e3, null, Share(o.Milliseconds)))],
            ByModule = [new(null, operators.Length, all / 1e3, null, Share(all))],
            ByDevice = [new("cpu0", operators.Length, all / 1e3, null, Share(all))],
        };
    }

    /// <summary>The host's session with these; none: as if the engine had told nothing.</summary>
    public static ResultsDocument Document(params ImmutableArray<OperatorResults> profiles) => Some.With(Some.HostSession() with { Operators = profiles.IsEmpty ? null : profiles });
}
