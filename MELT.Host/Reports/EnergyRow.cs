using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>Energy of one part of a session at one boundary: gross, net and, where simulated, the truth.</summary>
public sealed record EnergyRow(string Name, string Phase, Quantity? Gross, Quantity? Net, TruthValue? Truth)
{
    private const string Whole = "energy_joules";

    private static readonly (string Name, string Phase, string Key)[] Parts =
    [
        ("Load", "load", "load_energy_joules"), ("Prefill", "prefill", "prefill_energy_joules"),
        ("Decode", "decode", "decode_energy_joules"), ("All requests", "", Whole),
    ];

    public static ImmutableArray<EnergyRow> Of(SessionResults session, string boundary)
    {
        var metrics = session.Energy[boundary].Metrics;
        var command = session.Energy[boundary].PhaseTotals.Length > 0;
        var truth = session.Truth is { } known && known.Boundary == boundary ? known.Values : null;
        return
        [
            .. Parts.Where(part => part.Key == Whole || !command).Select(part => new EnergyRow(command ? "All of it" : part.Name, part.Phase, Find(metrics, part.Key), Find(metrics, "net_" + part.Key), truth?.GetValueOrDefault(part.Key)))
                .Where(row => row.Gross is not null || row.Truth is not null),
        ];
    }

    /// <summary>The boundary whose energy is the session's.</summary>
    public static string? Primary(SessionResults session) =>
        session.Energy.Where(energy => energy.Value.Primary).Select(energy => energy.Key).FirstOrDefault();

    /// <summary>Boundaries, the session's own first.</summary>
    public static ImmutableArray<string> Boundaries(SessionResults session) =>
        [.. session.Energy.OrderByDescending(energy => energy.Value.Primary).Select(energy => energy.Key)];

    /// <summary>The number, or why there is none; what is not measured says so.</summary>
    public static string Text(Quantity? energy) => energy switch
    {
        { Value: { } joules, Method: "estimated" or "derived" } => $"{Format.Measured(joules, energy.U95, "J")} ({energy.Method})",
        { Value: { } joules } => Format.Measured(joules, energy.U95, "J"),
        { } silent => silent.Method,
        null => "–",
    };

    /// <summary>The number alone, where a column says how it is known.</summary>
    public static string Number(Quantity? energy) => energy is { Value: { } joules } ? Format.Measured(joules, energy.U95, "J") : Text(energy);

    /// <summary>How gross and net are known; once where that is the same.</summary>
    public string Method => Gross is null || Net is not { Value: not null } || Net.Method == Gross.Method ? Gross?.Method ?? "" : $"{Gross.Method}, net {Net.Method}";

    /// <summary>The truth printed to the place where U of the result ends, so both columns can be compared.</summary>
    public string TruthText => Truth is null ? "" : Format.Plain(Truth.Value, "J", 5);

    public string ErrorText => Truth?.ErrorOverU95 is { } error ? Format.Ratio(error) : "";

    private static Quantity? Find(ImmutableSortedDictionary<string, Metric> metrics, string key) => metrics.GetValueOrDefault(key) as Quantity;
}
