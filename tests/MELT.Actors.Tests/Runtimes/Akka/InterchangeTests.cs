using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Postgres;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.Akka;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Analysis;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Simulation;
using MELT.Sensors.Topics;
using MELT.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>What one runtime has recorded, the other replays and continues.</summary>
[Collection(LabClusterCollection.Name)]
public sealed class InterchangeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly LabProfile Quick = LabProfiles.PhoneMonsoon with
    {
        DeviceProfile = LabProfiles.PhoneMonsoon.DeviceProfile with { LoadSeconds = 0.05, PrefillTokensPerSecond = 400, DecodeTokensPerSecond = 100 },
    };

    private readonly HostClock _clock = HostClock.Start(TimeProvider.System);
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();

    public async Task DisposeAsync()
    {
        if (_database is not null) await LabCluster.ForgetAsync(LabCluster.JournalOf(_database));
    }

    [SkippableFact]
    public async Task An_entity_alternates_twenty_times_between_the_runtimes_and_both_replay_it_whole()
    {
        await using var lab = await LabCluster.StartAsync(nodes: 1, _database);
        await using var journal = await lab.OpenJournalAsync();
        await using var alone = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
        alone.Host(new Notebook(), new HeldPerformer());
        await alone.StartAsync(default);
        IActorRuntime[] both = [alone, lab.Nodes[0].Runtime];
        for (var turn = 0; turn < 20; turn++)
        {
            var now = both[turn % 2];
            for (var number = 1; number <= 3; number++) (await AskAsync(now, new NotebookCommand.Record(turn * 3 + number, "x"))).ShouldBe(Answer.Stored);
            (await AskAsync(now, new NotebookCommand.Write(["#one", "and another"]))).ShouldBe(new Answer.Done(2), "several at once, one with a tag");
            (await AskAsync(now, new NotebookCommand.Leave())).ShouldBe(new Answer.Done(0));
        }
        foreach (var runtime in both)
        {
            var book = (NotebookState)await AskAsync(runtime, new NotebookCommand.Read());
            book.Numbers.Keys.ShouldBe(Enumerable.Range(1, 60).Select(n => (long)n));
            book.Lines.Count.ShouldBe(40);
            (await AskAsync(runtime, new NotebookCommand.Leave())).ShouldBe(new Answer.Done(0));
        }
        (await lab.StoredAsync("a")).Count.ShouldBe(100);

        static Task<object> AskAsync(IActorRuntime runtime, NotebookCommand command) => runtime.Ask("notebook", "a", command, Patience);
    }

    [SkippableFact]
    public async Task A_recording_is_continued_by_the_other_runtime_and_every_session_keeps_its_hash()
    {
        var hashes = ImmutableSortedDictionary<string, string>.Empty;
        await WithinAsync(InProcess, "one");
        await WithinAsync(OnAkka, "two");
        await WithinAsync(InProcess, "three");
        await WithinAsync(OnAkka, "four");

        // Each turn first finds what was there, then adds a session of the same device.
        async Task WithinAsync(Func<IBench, IJournal, IActorRuntime> start, string experiment)
        {
            await using var journal = await PostgresJournal.OpenAsync(PostgresAddress.TryParse(_database.Url, out _)!, MeltEvents.Serializer);
            await using var broker = await MqttBroker.StartAsync(new());
            var options = new BenchOptions { StartEngine = (engine, _) => throw new RigException("unknown-engine", engine.Name), Profile = _ => Quick };
            var bench = new Bench(options, async (id, stop) => await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = broker.Port, ClientId = id, CleanStart = true }, null, stop), _clock, TimeProvider.System);
            await using (var runtime = start(bench, journal))
            {
                using var stop = new CancellationTokenSource();
                var ingest = new IngestPump(runtime, _clock, TimeProvider.System, NullLogger.Instance).RunAsync(broker.Intercept(MeltTopic.Everything, 4096), stop.Token);
                await runtime.StartAsync(default);
                (await HashesAsync(journal)).ShouldBe(hashes);
                (await RunAsync(runtime, experiment)).ShouldBe(new ExperimentFinished(experiment, "complete", null));
                hashes = hashes.Add($"{experiment}-01", "");
                var now = await HashesAsync(journal);
                now.Remove($"{experiment}-01").ShouldBe(hashes.Remove($"{experiment}-01"));
                hashes = now;
                await UnplugAsync(runtime);
                await stop.CancelAsync();
                await ingest;
            }
            (await HashesAsync(journal)).ShouldBe(hashes);
            (await JournalCheck.RunAsync(journal, MeltEvents.Serializer)).ShouldBeEmpty();
        }
    }

    /// <summary>What a cluster notes of a device whose node died must not bind the next runtime.</summary>
    private async Task UnplugAsync(IActorRuntime runtime)
    {
        if (await runtime.Ask(Device.KindName, "phone-1", new DeviceCommand.Inspect(), Patience) is DeviceAnswer.Standing { Link: { } link })
            await runtime.Ask(Device.KindName, "phone-1", new DeviceCommand.Detach(link, _clock.Now), Patience);
    }

    private IActorRuntime InProcess(IBench bench, IJournal journal)
    {
        var runtime = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
        runtime.AddMelt(bench, _clock, TimeProvider.System, NullLogger.Instance);
        return runtime;
    }

    private IActorRuntime OnAkka(IBench bench, IJournal journal)
    {
        var runtime = new AkkaRuntime(AkkaSettings.Alone(LabCluster.JournalOf(_database)) with { Roles = [ClusterLinks.Role] }, MeltMessages.Serializer, NullLoggerFactory.Instance);
        runtime.AddMelt(new ClusterNodeOptions { Bench = bench }, journal, _clock, TimeProvider.System, NullLogger.Instance);
        return runtime;
    }

    private static async Task<ImmutableSortedDictionary<string, string>> HashesAsync(IJournal journal)
    {
        var hashes = ImmutableSortedDictionary.CreateBuilder<string, string>();
        foreach (var session in (await new Catalogue(journal).ExperimentsAsync(default)).SelectMany(e => e.Started).Select(s => s.Session))
        {
            var (recorded, truth) = (await SessionReplay.AlignAsync(journal, session, default), await Recording.TruthAsync(journal, session, default));
            var results = SessionReplay.Analyse(recorded, truth);
            (results.Status, results.Meters.Single(m => m.Meter == "phone-1/monsoon").Readings.Lost).ShouldBe(("complete", 0));
            hashes.Add(session, ResultsJson.Sha256(results));
        }
        return hashes.ToImmutable();
    }

    private async Task<ExperimentFinished> RunAsync(IActorRuntime runtime, string id)
    {
        var finished = new TaskCompletionSource<ExperimentFinished>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = runtime.Subscribe<ExperimentFinished>(fact => finished.TrySetResult(fact));
        var plan = Some.Plan() with { Engine = new(EngineSpec.Simulated) { Model = "simulated-1b", Profile = Quick.Name, Seed = 7 }, Baseline = TimeSpan.FromMilliseconds(200), CoolDown = TimeSpan.FromMilliseconds(100) };
        var header = Some.Header("", experiment: id) with { ClockDomain = _clock.Domain, At = _clock.Now, Flags = ["simulated"], PrimaryBoundary = Quick.Boundary };
        await runtime.Ask(Experiment.KindName, id, new ExperimentCommand.Start("quick", "{}", "ab12", "melt run", 0, [new ExperimentSession(header, plan)], _clock.Now), Patience);
        return await finished.Task.WaitAsync(Patience);
    }
}
