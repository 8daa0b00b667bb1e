using System.Collections.Immutable;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Journal;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using Microsoft.Extensions.Logging;

namespace MELT.Host;

/// <summary>What a laboratory makes of topics that are not MELT's own: the rules of its files, what it listens to, and where it keeps what nobody knows yet.</summary>
internal sealed record SensorsSetting(ConfigurationSources Sources, SensorRules Rules, KeptTopicsOptions Kept, ImmutableArray<string> Listen)
{
    /// <summary>Below the data folder.</summary>
    public static KeptTopicsOptions KeptIn(string dataFolder, SensorOptions options) => new(Path.Combine(dataFolder, "unknown-topics"), options.KeepBytesPerTopic, options.KeepTopics);

    /// <summary>Several nodes hear unknown topics: each message is for one of them.</summary>
    public bool IsShared { get; init; }

    /// <summary>Opens it, and the watch over its files; both are pushed on <paramref name="open"/>.</summary>
    public ForeignTopics Open(BrokerAround broker, IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time, ILoggerFactory logs, InstrumentCatalogue? instruments, Stack<IAsyncDisposable> open)
    {
        var options = new ForeignTopicsOptions(Kept, Rules.Rules)
        {
            Share = IsShared ? "$share/melt-unknown/" : "",
            Listen = Listen,
            Instruments = instruments ?? InstrumentCatalogue.Empty,
            Publish = broker.Publish,
            Subscribe = broker.Subscribe,
            Connect = broker.Connect,
        };
        var topics = new ForeignTopics(options, runtime, journal, clock, time, logs.CreateLogger<ForeignTopics>());
        open.Push(topics);
        open.Push(new SensorsWatch(Sources, topics, time, logs.CreateLogger<SensorsWatch>()));
        return topics;
    }
}

/// <summary>What a broker is for, apart from readings. Where everything comes from our own, there is nothing to subscribe to and no further connection.</summary>
internal sealed record BrokerAround(Func<MqttMessage, CancellationToken, Task> Publish, Func<string, CancellationToken, Task>? Subscribe, Func<CancellationToken, Task<IMqttClient>>? Connect);
