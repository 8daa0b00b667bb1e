using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>One laboratory that stays: it takes experiments, says how they and itself are, and stops without cutting anything off that can still be kept.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly TimeSpan BeginPatience = TimeSpan.FromSeconds(30);

    private readonly Surroundings _with;
    private readonly MeltConfiguration _configuration;
    private readonly Laboratory _laboratory;
    private readonly ExperimentStart _start;
    private readonly NodeCounters _counters;
    private readonly JournalHealth _health;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _beginning = new(1, 1);
    private readonly long _begun;

    private Node(Surroundings with, MeltConfiguration configuration, Laboratory laboratory, JournalHealth health, ILogger log)
    {
        (_with, _configuration, _laboratory, _health, _log, _begun) = (with, configuration, laboratory, health, log, with.Time.GetTimestamp());
        (_start, _counters) = (new(with, configuration), new(laboratory.Runtime));
    }

    public static async Task<Node> OpenAsync(Surroundings with, MeltConfiguration configuration, ILoggerFactory logs, CancellationToken stop)
    {
        DiskReserve.Check(with.DataFolder, configuration.DiskReserveBytes);
        var health = new JournalHealth(with.Time, logs.CreateLogger("Journal"));
        var options = LaboratorySetting.Of(with, configuration) with { Unattended = true, Around = journal => new ObservedJournal(journal, health) };
        var laboratory = ClusterSetting.Of(configuration, with.HoconFolder, options.Journal.IsFile) is { } cluster
            ? await ClusterBuild.Here!.OpenAsync(options, cluster, logs, with.Time, stop)
            : await Laboratory.OpenAsync(options, logs, with.Time, stop);
        return new(with, configuration, laboratory, health, logs.CreateLogger("Node"));
    }

    /// <summary>Completes when the node ends by itself.</summary>
    public Task Ended => _laboratory.Ended;
    public IClusterView Cluster => _laboratory.Cluster;
    public IActorRuntime Runtime => _laboratory.Runtime;
    public IJournal Journal => _laboratory.Watched;
    public string JournalPlace => _laboratory.JournalPlace;
    public string BrokerAddress => _laboratory.BrokerAddress;
    public Stamp Now => _laboratory.Clock.Now;
    public TimeSpan Uptime => _with.Time.GetElapsedTime(_begun);
    public int SessionsRunning => _counters.Running;
    /// <summary>How each device of devices.conf is reached.</summary>
    public IReadOnlyDictionary<string, string> Devices => _with.Devices().Kinds;

    /// <summary>Commits so far.</summary>
    public long Commits => _laboratory.Journal.Statistics.Commits;

    /// <summary>What must run and does not; null: everything does.</summary>
    public string? Broken =>
        _laboratory.Ingesting.IsBroken ? "ingest ended; see the log, and start the node again" :
        null;

    public NodeReadiness Readiness
    {
        get
        {
            var reasons = new List<NotReady>();
            if (_stopping.IsCancellationRequested) reasons.Add(new("draining", "this node is stopping"));
            if (_health.Objection is { } why) reasons.Add(new("journal", why));
            if (_laboratory.Cluster.Objection is { } alone) reasons.Add(new("cluster", alone));
            if (!_laboratory.Ingesting.BrokerIsThere) reasons.Add(new("broker", $"not connected to the broker at {BrokerAddress}"));
            if (Broken is { } broken) reasons.Add(new("ingest", broken));
            return new(reasons);
        }
    }

    /// <summary>Experiments that are not over.</summary>
    public async Task<IReadOnlyList<ExperimentState>> UnfinishedAsync(CancellationToken stop) =>
        [.. (await new Catalogue(Journal).ExperimentsAsync(stop)).Where(e => e.End is null)];

    public async Task<IReadOnlyList<ListedExperiment>> ExperimentsAsync(CancellationToken stop) =>
        [.. (await new Catalogue(Journal).ExperimentsAsync(stop)).Select(e => ListCommand.Row(e, _counters.Of))];

    public async Task<ListedExperiment?> ExperimentAsync(string id, CancellationToken stop) =>
        await new Catalogue(Journal).ExperimentAsync(id, stop) is { } found ? ListCommand.Row(found, _counters.Of) : null;

    /// <summary>Begins an experiment that outlives this process; its id. Throws <see cref="NodeNotReadyException"/> where nothing new is begun.</summary>
    public async Task<string> BeginAsync(ExperimentPlan plan, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop, _stopping.Token);
        ShouldBeReady();
        DiskReserve.Check(_with.DataFolder, _configuration.DiskReserveBytes);
        var models = await _start.ModelsAsync(plan, null, ends.Token);
        await _beginning.WaitAsync(ends.Token);
        var id = _with.NewExperimentId();
        try
        {
            ShouldBeReady();
            ends.CancelAfter(BeginPatience);
            var start = await _start.PrepareAsync(_laboratory, id, plan, models, "melt serve", continues: true, ends.Token);
            await _start.BeginAsync(_laboratory, id, start, ends.Token);
            return id;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new NodeNotReadyException($"within {BeginPatience.TotalSeconds:0} s it was not answered whether experiment {id} is stored; ask for it before sending it again");
        }
        finally
        {
            _beginning.Release();
        }
    }

    public Task CancelAsync(string id, string reason, CancellationToken stop) =>
        Runtime.AskUntilAnsweredAsync(Experiment.KindName, id, new ExperimentCommand.Cancel(reason), BeginPatience, _with.Time, stop);

    /// <summary>
    /// Begins nothing more, lets running sessions seal what there is, then takes no more readings and stores those it has taken. In this order,
    /// since what a session's meters measured to its end arrives as readings. What takes longer than <paramref name="limit"/> is cut off, and goes on after the next start.
    /// </summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(limit, _with.Time);
        try
        {
            await _beginning.WaitAsync(patience.Token);
            if (Cluster.Members.Count > 1) await NodeLeave.SessionsAsync(this, _with.Time, patience.Token);
            else await NodeHold.AllAsync(Runtime, await UnfinishedAsync(patience.Token), _with.Time, patience.Token);
            await _laboratory.Ingesting.TakeNoMoreAsync().WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _log.LogWarning("Not everything ended within {Seconds} s (melt.serve.drain); what was acknowledged is stored, the rest stays with its senders, and experiments go on after the next start", limit.TotalSeconds);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _counters.Dispose();
        await _laboratory.DisposeAsync();
    }

    private void ShouldBeReady()
    {
        if (Readiness is { Ready: false } not) throw new NodeNotReadyException(string.Join("; ", not.Reasons.Select(r => $"{r.Part}: {r.Text}")));
    }
}

/// <summary>The node begins nothing now, and says why; later it may.</summary>
internal sealed class NodeNotReadyException(string message) : Exception(message);
