using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Host.Commands;

namespace MELT.Host.Serve;

/// <summary>What is heard of the running laboratory: counted, and the running sessions' progress kept for whoever asks.</summary>
internal sealed class NodeCounters : IDisposable
{
    public const string MeterName = "MELT.Node";

    private static readonly System.Diagnostics.Metrics.Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_blocks = s_meter.CreateCounter<long>("melt.blocks.committed", null, "Sample blocks committed");
    private static readonly Counter<long> s_readings = s_meter.CreateCounter<long>("melt.readings.committed", null, "Samples in committed blocks");
    private static readonly Counter<long> s_sessions = s_meter.CreateCounter<long>("melt.sessions.ended", null, "Sessions sealed, by how they ended");
    private static readonly Counter<long> s_experiments = s_meter.CreateCounter<long>("melt.experiments.ended", null, "Experiments that are over, by how they ended");

    private readonly ConcurrentDictionary<string, ListedProgress> _running = new(StringComparer.Ordinal);
    private readonly IDisposable[] _subscriptions;

    public NodeCounters(IActorRuntime runtime) => _subscriptions =
    [
        runtime.Subscribe<BlocksCommitted>(committed =>
        {
            s_blocks.Add(committed.Blocks.Length);
            s_readings.Add(committed.Blocks.Sum(b => (long)b.Count));
        }),
        runtime.Subscribe<SessionProgress>(p => _running[p.Session] = new(p.Stage, p.RequestsDone, p.Requests, p.Tokens)),
        runtime.Subscribe<SessionEnded>(e =>
        {
            _running.TryRemove(e.Session, out _);
            s_sessions.Add(1, new KeyValuePair<string, object?>("status", e.Status));
        }),
        runtime.Subscribe<ExperimentFinished>(e => s_experiments.Add(1, new KeyValuePair<string, object?>("status", e.Status))),
    ];

    public int Running => _running.Count;

    public ListedProgress? Of(string session) => _running.GetValueOrDefault(session);

    public void Dispose()
    {
        foreach (var subscription in _subscriptions) subscription.Dispose();
    }
}
