using System.Globalization;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Exports.Perfetto;

/// <summary>Profiles of operators beside the slice they belong to. A profile says how long and not when, so nothing of it is drawn on the time axis.</summary>
internal static class OperatorAnnotations
{
    /// <summary>Of one request: a group with one group per phase; nothing where there are no profiles.</summary>
    public static IEnumerable<Annotation> OfRequest(IEnumerable<OperatorResults> profiles) => Of(profiles, profile => profile.Phase);

    /// <summary>Those that belong to no slice of a request.</summary>
    public static IEnumerable<Annotation> OfSession(IEnumerable<OperatorResults> profiles) =>
        Of(profiles, profile => profile.Request is { } request ? string.Create(CultureInfo.InvariantCulture, $"{profile.Phase} of request {request}") : profile.Phase);

    private static IEnumerable<Annotation> Of(IEnumerable<OperatorResults> profiles, Func<OperatorResults, string> name)
    {
        var phases = profiles.Select(profile => Phase(name(profile), profile)).ToList();
        if (phases.Count > 0) yield return new Annotation.Group("operators", phases);
    }

    private static Annotation.Group Phase(string name, OperatorResults profile)
    {
        var (shown, others) = (profile.ByOperator.Take(PhaseRow.Most), profile.ByOperator.Skip(PhaseRow.Most).ToList());
        var several = profile.ByOperator.GroupBy(o => o.Operator).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet();
        return new(name,
        [
            .. Annotation.Of("request", (long?)profile.Request), new Annotation.Count("graphs", profile.Graphs), new Annotation.Real("graphs_wall_seconds", profile.GraphsWallSeconds),
            new Annotation.Group("by_operator", shown.Select(o => new Annotation.Group(several.Contains(o.Operator) ? $"{o.Operator} on {o.Device ?? OperatorLine.NotTold}" : o.Operator, [.. Annotation.Of("device", o.Device), .. Times(o)]))),
            .. others.Count == 0 ? [] : new[] { new Annotation.Group("others", [new Annotation.Count("operators", others.Count), .. Times(Sum(others))]) },
            new Annotation.Group("by_device", profile.ByDevice.Select(d => new Annotation.Group(d.Device ?? OperatorLine.NotTold, Times(d)))),
        ]);
    }

    private static IEnumerable<Annotation> Times(OperatorTime time) =>
        [new Annotation.Real("share", time.Share), new Annotation.Real("wall_seconds", time.WallSeconds), .. Annotation.Of("cpu_seconds", time.CpuSeconds), new Annotation.Count("calls", time.Calls)];

    private static OperatorTotal Sum(IReadOnlyList<OperatorTotal> others) => new("", null, others.Sum(o => o.Calls), others.Sum(o => o.WallSeconds),
        others.All(o => o.CpuSeconds is not null) ? others.Sum(o => o.CpuSeconds) : null, others.Sum(o => o.Share));
}
