using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Import;

public sealed class MlPerfTinyTests
{
    [SkippableFact]
    public void Every_published_window_energy_comes_out_within_100_ppm()
    {
        var records = SharedRecords.Read("mlperf-tiny*");
        records.ShouldNotBeEmpty();
        foreach (var record in records)
        {
            var results = SessionAnalysis.Analyse(RecordedSession.From(record.Entries));
            var energies = results.Energy["dc-in"].Phases.ToLookup(p => p.Phase, p => p.EnergyJoules.Value);
            var published = record.Published.Where(p => p.Quantity == "energy").ToArray();
            published.Length.ShouldBe(5);
            foreach (var window in published)
                energies[window.Phase].ShouldHaveSingleItem().ShouldNotBeNull().ShouldBe(window.Value, 100e-6 * window.Value, $"{record.Name} {window.Phase}, published in {window.Source}");
        }
    }

    [SkippableFact]
    public void A_window_energy_is_the_sum_of_its_samples_on_the_grid_they_came_on()
    {
        var record = SharedRecords.Read("mlperf-tiny*").Single(r => r.Name == "NUCLEO-H7A3ZI-Q_ad");
        var results = SessionAnalysis.Analyse(RecordedSession.From(record.Entries));
        results.Energy["dc-in"].Phases.Single(p => p.Phase == "window-2").EnergyJoules.Value.ShouldBe(1.7451316);
        record.Entries.OfType<RecordingEntry.Block>().SelectMany(b => b.Samples.Columns).Select(c => c.Grid).Distinct().ShouldHaveSingleItem().ShouldBe(new(1, -8));
    }

    [SkippableFact]
    public void Nobody_states_how_good_the_monitor_is_so_there_is_no_uncertainty()
    {
        var record = SharedRecords.Read("mlperf-tiny*")[0];
        var energy = SessionAnalysis.Analyse(RecordedSession.From(record.Entries)).Energy["dc-in"].Phases.First(p => p.Phase.StartsWith("window", StringComparison.Ordinal)).EnergyJoules;
        energy.U95.ShouldBeNull();
        energy.Reason!.Code.ShouldBe("meter-accuracy-unknown");
    }
}
