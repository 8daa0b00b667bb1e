using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Import;

public sealed class MlPerfPowerTests
{
    private const string Record = "XavierNX_resnet50_Offline";

    [SkippableFact]
    public void The_run_and_the_ranging_run_are_two_sessions()
    {
        var records = SharedRecords.Read("mlperf-power");
        records.Select(r => r.Name).ShouldBe([$"{Record} run_1", $"{Record} ranging"]);
        foreach (var record in records) SessionTimeline.Of(RecordedSession.From(record.Entries)).Phases.ShouldHaveSingleItem().Name.ShouldBe("run");
        records.Select(r => SessionTimeline.Of(RecordedSession.From(r.Entries)).Phases[0].Seconds).ShouldBe([704.022, 703.37]);
    }

    [SkippableFact]
    public void The_mean_is_weighted_by_time_and_carries_the_limit_that_the_daemon_vouched_for()
    {
        var results = SessionAnalysis.Analyse(RecordedSession.From(SharedRecords.Read("mlperf-power")[0].Entries));
        var mean = results.Quantity("mean_power_watts");
        mean.Value!.Value.ShouldBeInRange(20.59, 20.62);
        mean.Boundary.ShouldBe("wall-ac");
        mean.U95!.Value.ShouldBeInRange(0.2, 0.3);
        results.Meters.Single().Clock.Quality.ShouldBe("fitted");
    }

    [SkippableFact]
    public void A_run_whose_uncertainty_the_daemon_could_not_tell_has_none()
    {
        var mean = SessionAnalysis.Analyse(RecordedSession.From(SharedRecords.Read("mlperf-power")[1].Entries)).Quantity("mean_power_watts");
        mean.Value.ShouldNotBeNull();
        mean.U95.ShouldBeNull();
        mean.Reason!.Code.ShouldBe("meter-accuracy-unknown");
    }

    [SkippableFact]
    public void Repeated_stamps_and_gaps_stay_as_they_are()
    {
        var stamps = SharedRecords.Read("mlperf-power")[0].Entries.OfType<RecordingEntry.Block>().SelectMany(b => b.Samples.Stamps).ToArray();
        stamps.Length.ShouldBe(807);
        stamps.Distinct().Count().ShouldBe(806);
        stamps.Zip(stamps.Skip(1), (a, b) => b - a).Max().ShouldBe(3_418_000_000);
    }

    [SkippableFact]
    public void The_clocks_are_related_by_what_client_and_server_said_to_each_other()
    {
        var exchanges = SharedRecords.Read("mlperf-power")[0].Entries.OfType<RecordingEntry.Clock>().Single().Exchanges;
        exchanges.Length.ShouldBe(6);
        exchanges[2].Sent.Nanoseconds.ShouldBe(1644672628949376600);
        exchanges[2].Remote.Nanoseconds.ShouldBe(1644672628880801000);
        exchanges[2].Received.Nanoseconds.ShouldBe(1644672628951099900);
    }
}
