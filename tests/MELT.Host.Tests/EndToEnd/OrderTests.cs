using System.Diagnostics;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A reading is acknowledged after the fsync of the transaction that holds it: seen from outside, call by call.</summary>
[Collection(EndToEndTests.Name)]
public sealed class OrderTests(Workshop workshop)
{
    private const int Readings = 20;

    [SkippableFact]
    public async Task Each_acknowledgement_of_a_run_leaves_after_the_fsync_of_its_reading()
    {
        var place = workshop.NewPlace();

        var (acknowledged, tooEarly) = await TraceAsync(place, [Melt.Program, "run", "--device", "simulated:phone-monsoon:1", "--baseline", "3", "--cool-down", "0.1", "-p", "4", "-n", "2"]);

        acknowledged.ShouldBe(Readings);
        tooEarly.ShouldBe(0);
    }

    [SkippableTheory]
    [InlineData("full", 0)]
    [InlineData("off", Readings)]
    public async Task Without_the_fsync_the_same_look_finds_every_acknowledgement_too_early(string synchronous, int expected)
    {
        var place = workshop.NewPlace();
        Directory.CreateDirectory(place.Data);

        var (acknowledged, tooEarly) = await TraceAsync(place, [typeof(IngestProgram).Assembly.Location, place.Journal, synchronous]);

        acknowledged.ShouldBe(Readings);
        tooEarly.ShouldBe(expected);
    }

    private static async Task<(int Acknowledged, int TooEarly)> TraceAsync(Place place, string[] program)
    {
        Tool.Need("strace", "apt-get install strace");
        var trace = Path.Combine(place.Folder, "trace");
        var may = await Tool.RunAsync("strace", "-o", trace, "true");
        Skip.If(may.ExitCode != 0, $"strace may not trace here: {may.Text}");

        await using var melt = Melt.Start(place, new ProcessStartInfo("strace", ["-f", "-o", trace, "-e", "trace=" + SystemCalls.Traced, "-e", "signal=none", "-yy", "-xx", "-s", "64", "dotnet", .. program]));
        await using (var publisher = await OutsidePublisher.ConnectAsync(await melt.PortAsync(), "melt/v1/simulated-phone-monsoon/outside/readings", "outside-publisher"))
        {
            publisher.Begin(Readings);
            await publisher.DoneAsync();
        }
        melt.CloseInput();
        (await melt.EndAsync()).ShouldBeDone();
        return SystemCalls.Judge(SystemCalls.Of(File.ReadLines(trace), "outside-publisher"));
    }
}
