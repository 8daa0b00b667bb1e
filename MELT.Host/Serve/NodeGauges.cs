using System.Diagnostics.Metrics;
using MELT.Actors.Ingest;
using MELT.Host.Commands;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host.Serve;

/// <summary>What a node is right now, read whenever somebody collects.</summary>
internal sealed class NodeGauges : IDisposable
{
    private readonly Meter _meter = new(NodeCounters.MeterName);

    public NodeGauges(Node node)
    {
        _meter.CreateObservableGauge("melt.build.info", () => new Measurement<int>(1, new("version", Surroundings.Version), new("runtime", node.Cluster.Runtime), new("dotnet", Environment.Version.ToString())), null, "What runs; always 1");
        _meter.CreateObservableGauge("melt.uptime", () => node.Uptime.TotalSeconds, "s", "Time since this node started");
        _meter.CreateObservableGauge("melt.ready", () => node.Readiness.Ready ? 1 : 0, null, "1 while /ready answers 200");
        _meter.CreateObservableGauge("melt.entities", () => node.Cluster.Entities, null, "Actors awake on this node");
        _meter.CreateObservableGauge("melt.sessions.running", () => node.SessionsRunning, null, "Sessions that run now");
        _meter.CreateObservableCounter("melt.journal.commits", () => node.Commits, null, "Commits of the journal, each with its fsync; many appends share one");
        _meter.CreateObservableGauge("process.resident.memory", () => Environment.WorkingSet, "By", "Resident memory of this process");
        _meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time of this process");
    }

    /// <summary>The meters whose instruments a node shows.</summary>
    public static bool Shows(Meter meter) => meter.Name is NodeCounters.MeterName or JournalHealth.MeterName or IngestCounters.MeterName or BrokerCounters.MeterName;

    public void Dispose() => _meter.Dispose();
}
