using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Analysis;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Simulation;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Sessions;

/// <summary>The whole way: a simulated phone and its meter, MQTT, ingest, journal, replay, results.</summary>
public sealed class SimulatedSessionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly LabProfile Quick = LabProfiles.PhoneMonsoon with
    {
        DeviceProfile = LabProfiles.PhoneMonsoon.DeviceProfile with { LoadSeconds = 0.05, PrefillTokensPerSecond = 400, DecodeTokensPerSecond = 100 },
    };

    private static readonly LabProfile Lost = Quick with { Name = "lost", Meters = [.. Quick.Meters.Select(m => m with { Clock = m.Clock with { Known = false } })] };
    private static readonly LabProfile Rails = LabProfiles.JetsonRails with { DeviceProfile = Quick.DeviceProfile };
    private static readonly LabProfile[] Benches = [Quick, Lost, Rails];

    private readonly TestFolder _folder = new();
    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private SqliteJournal _journal = null!;
    private InProcessRuntime _runtime = null!;
    private MqttBroker _broker = null!;
    private Task _ingest = Task.CompletedTask;
    private readonly CancellationTokenSource _stop = new();

    public async Task InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance);
        _broker = await MqttBroker.StartAsync(new());
        var options = new BenchOptions { StartEngine = (engine, _) => throw new RigException("unknown-engine", engine.Name), Profile = name => Benches.FirstOrDefault(bench => bench.Name == name) ?? throw new RigException("unknown-profile", name) };
        var bench = new Bench(options, async (id, stop) => await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = _broker.Port, ClientId = id, CleanStart = true }, null, stop), _clock, TimeProvider.System);
        _runtime.AddMelt(bench, _clock, TimeProvider.System, NullLogger.Instance);
        _ingest = new IngestPump(_runtime, _clock, TimeProvider.System, NullLogger.Instance).RunAsync(_broker.Intercept(MeltTopic.Everything, 4096), _stop.Token);
        await _runtime.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ingest;
        await _broker.DisposeAsync();
        await _runtime.DisposeAsync();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_simulated_experiment_is_recorded_without_loss_and_replayed_to_the_same_bytes()
    {
        (await RunAsync(Quick.Name, sessions: 2)).ShouldBe(new("e", "complete", null));
        var finding = await new Catalogue(_journal).FindAsync("last", default);
        finding.Sessions.ShouldBe(["e-01", "e-02"]);

        foreach (var session in finding.Sessions)
        {
            var (recorded, truth) = (await SessionReplay.AlignAsync(_journal, session, default), await Recording.TruthAsync(_journal, session, default));
            var results = SessionReplay.Analyse(recorded, truth);
            results.Status.ShouldBe("complete");
            results.Requests.Select(r => (r.Warmup, r.Tokens.Generated)).ShouldBe([(true, 4), (false, 4)]);

            var meter = results.Meters.Single(m => m.Meter == "phone-1/monsoon");
            (meter.Readings.Lost, meter.Readings.Duplicates, meter.Readings.Rejected).ShouldBe((0, 0, 0));
            (recorded.Phases[^1].End - recorded.Phases[0].Begin).ShouldBeGreaterThan(300_000_000);
            meter.Readings.Stored.ShouldBeGreaterThanOrEqualTo((recorded.Phases[^1].End - recorded.Phases[0].Begin) * 5 / 1_000_000 - 2, "5 kHz from before the baseline until behind the cool-down");
            meter.Clock.Quality.ShouldBe("fitted");

            truth.ShouldNotBeNull().Values.ShouldContainKey("energy_joules");
            var energy = results.Metrics["energy_joules"].ShouldBeOfType<Quantity>();
            energy.Value.ShouldNotBeNull($"{energy}; {string.Join(", ", results.Warnings)}");
            results.Truth.ShouldNotBeNull().Values["energy_joules"].ErrorOverU95.ShouldNotBeNull($"{energy}; {string.Join(", ", results.Warnings)}");

            var again = SessionReplay.Analyse(await SessionReplay.AlignAsync(_journal, session, default), truth);
            ResultsJson.Canonical(again).ShouldBe(ResultsJson.Canonical(results));
        }
        var standing = (DeviceAnswer.Standing)await _runtime.Ask(Device.KindName, "phone-1", new DeviceCommand.Inspect(), Patience);
        (standing.LeasedTo, standing.Epoch).ShouldBe((null, 2));
    }

    [Fact]
    public async Task A_meter_whose_clock_nobody_knows_is_found_by_the_coded_load_between_baseline_and_loading()
    {
        (await RunAsync(Lost.Name, sessions: 1, plan => plan with { Sync = SyncMode.Auto, BaselineAfter = TimeSpan.FromMilliseconds(300) })).Status.ShouldBe("complete");

        var (recorded, truths) = (await SessionReplay.AlignAsync(_journal, "e-01", default), await Recording.TruthsAsync(_journal, "e-01", default));
        recorded.Phases.Select(p => p.Name).ShouldBe(["baseline", "sync", "cool-down", "baseline"]);
        recorded.Phases[3].Begin.ShouldBe(recorded.Phases[2].End);
        recorded.Events.OfType<EngineEvent.Exercised>().ShouldHaveSingleItem().Edges.ShouldAllBe(edge => edge > recorded.Phases[1].Begin && edge < recorded.Phases[1].End);
        var results = SessionReplay.Analyse(recorded, truths[0]);
        results.Meters.Single(m => m.Meter == "phone-1/monsoon").Clock.Quality.ShouldBe("locked");
        Math.Abs(results.Truth!.Values["energy_joules"].ErrorOverU95!.Value).ShouldBeLessThan(1.5);
        truths[0].Phases.Select(p => p.Phase).ShouldContain("sync");
    }

    [Fact]
    public async Task Truth_is_kept_at_every_boundary()
    {
        (await RunAsync(Rails.Name, sessions: 1)).Status.ShouldBe("complete");
        (await Recording.TruthsAsync(_journal, "e-01", default)).Select(t => t.Boundary).ShouldBe(["dc-in", "rail"]);
    }

    [Fact]
    public async Task An_unknown_profile_fails_the_session_with_the_reason()
    {
        (await RunAsync("nonsense", sessions: 1)).ShouldBe(new("e", "failed", "unknown-profile: nonsense"));
        (await SessionReplay.AlignAsync(_journal, "e-01", default)).Closed!.Status.ShouldBe("failed");
    }

    private async Task<ExperimentFinished> RunAsync(string profile, int sessions, Func<SessionPlan, SessionPlan>? change = null)
    {
        var finished = new TaskCompletionSource<ExperimentFinished>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = _runtime.Subscribe<ExperimentFinished>(finished.SetResult);
        var plan = Some.Plan() with { Engine = new(EngineSpec.Simulated) { Model = "simulated-1b", Profile = profile, Seed = 7 }, Baseline = TimeSpan.FromMilliseconds(200), CoolDown = TimeSpan.FromMilliseconds(100) };
        var header = Some.Header("") with { ClockDomain = _clock.Domain, At = _clock.Now, Flags = ["simulated"], PrimaryBoundary = Quick.Boundary };
        await _runtime.Ask(Experiment.KindName, "e", new ExperimentCommand.Start("quick", "{}", "ab12", "melt run", 0, [.. Enumerable.Repeat(new ExperimentSession(header, change?.Invoke(plan) ?? plan), sessions)], _clock.Now), Patience);
        return await finished.Task.WaitAsync(Patience);
    }
}
