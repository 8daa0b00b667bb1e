using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>Averaging windows and delays that no meter stated and that were fitted to the recording: a line per boundary that rests on them.</summary>
internal static class FittedWindows
{
    public static ImmutableArray<string> Of(SessionResults session) =>
    [
        .. from boundary in EnergyRow.Boundaries(session)
           let fitted = Resting(session.Energy[boundary])
           where fitted is not null
           select $"{string.Join(", ", fitted.Sensors)} states no averaging window: window {Seconds(fitted, "window")}, delay (latency and half the window) {Seconds(fitted, "delay")}, fitted to this recording; energies at {boundary} that rest on them are derived",
    ];

    private static Quantity? Resting(BoundaryResults boundary) =>
        boundary.PhaseTotals.Select(total => total.EnergyJoules).Concat(boundary.Phases.Select(phase => phase.EnergyJoules)).Concat(boundary.Metrics.Values.OfType<Quantity>())
            .FirstOrDefault(quantity => quantity.Notes.ContainsKey("fitted_window_seconds"));

    private static string Seconds(Quantity fitted, string what) => string.Join(" and ", Numbers(fitted, $"fitted_{what}_seconds").Zip(Numbers(fitted, $"fitted_{what}_u95_seconds"), (value, u) => Format.Measured(value, u, "s")));

    private static IEnumerable<double> Numbers(Quantity fitted, string note) => fitted.Notes[note].Split(", ").Select(text => double.Parse(text, CultureInfo.InvariantCulture));
}
