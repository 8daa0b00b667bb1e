using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>An interval of a session with a name.</summary>
public sealed record SimulatedPhase(string Name, Stamp Begin, Stamp End, int? Request = null)
{
    public double Seconds => (End - Begin) * 1e-9;
}

/// <summary>True energy of one phase.</summary>
public sealed record PhaseTruth(string Phase, int? Request, Stamp Begin, Stamp End, double EnergyJoules);

/// <summary>
/// What the meters of a simulated session ought to find at one boundary: closed-form integrals between the true instants, by the keys and formulas of docs/metrics.md.
/// Kept beside the recording; analysis never reads it. A key that the session does not define is absent.
/// </summary>
public sealed record SimulatedTruth(string Boundary, ImmutableSortedDictionary<string, double> Values, ImmutableArray<PhaseTruth> Phases)
{
    /// <param name="made">The phases MELT makes itself: baseline, cool-down.</param>
    /// <param name="warmup">Indexes of requests that enter no value.</param>
    public static SimulatedTruth Of(BoundaryView view, IReadOnlyCollection<EngineEvent> events, IReadOnlyCollection<SimulatedPhase> made, IReadOnlyCollection<int> warmup)
    {
        var requests = TrueRequest.In(events);
        var phases = SessionPartition.Of(events, requests, made);
        var loaded = events.OfType<EngineEvent.LoadEnded>().FirstOrDefault()?.At;
        var values = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        var baseline = Mean(view, [.. phases.Where(p => p.Name == "baseline")]);
        if (baseline is { } idle) values["baseline_power_watts"] = idle;
        if (Mean(view, [.. phases.Where(p => p.Name == "ready" && p.Begin >= loaded)]) is { } ready) values["ready_power_watts"] = ready;
        Energies(values, view, "load_energy_joules", baseline, [.. phases.Where(p => p.Name == "load")]);

        var counted = requests.Where(r => !warmup.Contains(r.Index)).ToList();
        if (counted.Count > 0) Requests(values, view, baseline, counted);
        return new(view.Boundary, values.ToImmutable(),
            [.. phases.Select(p => new PhaseTruth(p.Name, p.Request, p.Begin, p.End, view.EnergyJoules(p.Begin, p.End)))]);
    }

    private static void Requests(IDictionary<string, double> values, BoundaryView view, double? baseline, List<TrueRequest> requests)
    {
        List<SimulatedPhase> prefill = [.. requests.Select(r => r.Prefill)], decode = [.. requests.Select(r => r.Decode)], both = [.. prefill, .. decode];
        Energies(values, view, "energy_joules", baseline, both);
        Energies(values, view, "prefill_energy_joules", baseline, prefill);
        Energies(values, view, "decode_energy_joules", baseline, decode);
        PerToken(values, view, "energy_per_output_token_joules", baseline, both, requests.Sum(r => r.Generated));
        PerToken(values, view, "decode_energy_per_token_joules", baseline, decode, requests.Sum(r => r.Generated - 1));
        PerToken(values, view, "prefill_energy_per_token_joules", baseline, prefill, requests.Sum(r => r.Evaluated));
        if (Mean(view, both) is { } power) values["mean_power_watts"] = power;
    }

    private static void Energies(IDictionary<string, double> values, BoundaryView view, string key, double? baseline, List<SimulatedPhase> phases) =>
        PerToken(values, view, key, baseline, phases, phases.Count == 0 ? 0 : 1);

    /// <summary>Gross, and net of the true baseline power, divided by a number of tokens (1: the energy itself).</summary>
    private static void PerToken(IDictionary<string, double> values, BoundaryView view, string key, double? baseline, List<SimulatedPhase> phases, int divisor)
    {
        if (divisor < 1) return;
        var energy = Joules(view, phases);
        values[key] = energy / divisor;
        if (baseline is { } watts) values["net_" + key] = (energy - watts * phases.Sum(p => p.Seconds)) / divisor;
    }

    private static double? Mean(BoundaryView view, List<SimulatedPhase> phases) =>
        phases.Sum(p => p.Seconds) is > 0 and var seconds ? Joules(view, phases) / seconds : null;

    private static double Joules(BoundaryView view, List<SimulatedPhase> phases) => phases.Sum(p => view.EnergyJoules(p.Begin, p.End));
}
