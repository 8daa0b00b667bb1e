using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Analysis.Dialects;

public sealed class MlPerfDialectTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-dialect-");

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public void The_mean_of_the_Xavier_NX_is_that_which_MLPerf_states()
    {
        var value = MlPerfDialect.Of(RecordedSession.From(SharedRecords.Read("mlperf-power")[0].Entries)).Values.ShouldHaveSingleItem();
        value.MeanPowerWatts!.Value.ShouldBe(20.5887, 1e-4 * 20.5887);
        value.Seconds.ShouldBe(704.022);
        value.Samples.ShouldBe(704);
        value.EnergyJoules!.Value.ShouldBe(20.5887 * 704.022, 1e-4 * 20.5887 * 704.022);
    }

    [Fact]
    public void Every_sample_inside_counts_once()
    {
        // 13:43:10 to 13:43:30 holds the samples at 10.5 … 29.5 s, of 20 + i mod 3 watts.
        var session = RecordedSession.From(ImportFormats.Read(SomeRecords.Write("mlperf-power", folder.FullName)).Single().Entries);
        var value = MlPerfDialect.Of(session).Values.ShouldHaveSingleItem();
        value.Samples.ShouldBe(20);
        value.MeanPowerWatts!.Value.ShouldBe(Enumerable.Range(10, 20).Average(i => 20.0 + i % 3), 1e-12);
        value.Seconds.ShouldBe(20);
    }

    [Fact]
    public void Without_a_sample_inside_there_is_no_mean_but_a_reason()
    {
        var place = SomeRecords.Write("mlperf-power", folder.FullName);
        var detail = Path.Combine(place, "run_1__mlperf_log_detail.txt");
        File.WriteAllText(detail, File.ReadAllText(detail).Replace("13:43", "15:43", StringComparison.Ordinal));
        var value = MlPerfDialect.Of(RecordedSession.From(ImportFormats.Read(place).Single().Entries)).Values.ShouldHaveSingleItem();
        value.MeanPowerWatts.ShouldBeNull();
        value.EnergyJoules.ShouldBeNull();
        value.Reason!.Code.ShouldBe("partial");
    }
}
