using System.Net;
using MELT.Actors;
using MELT.Actors.Devices;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>
/// This assembly started as a program: the way of a reading from our broker into a journal and nothing else, with SQLite's fsync or,
/// which the product never does, without. Arguments: journal file, full or off. Ends when standard input does.
/// </summary>
internal static class IngestProgram
{
    private static async Task Main(string[] arguments)
    {
        var (time, clock) = (TimeProvider.System, HostClock.Start(TimeProvider.System));
        await using var journal = await SqliteJournal.OpenAsync(arguments[0], MeltEvents.Serializer, new() { Synchronous = Enum.Parse<Synchronous>(arguments[1], ignoreCase: true) });
        await using var runtime = new InProcessRuntime(journal, NullLogger<InProcessRuntime>.Instance);
        await using var broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Address = IPAddress.Loopback, Port = 0 }, time);
        runtime.AddMelt(new NoBench(), clock, time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var pumping = new IngestPump(runtime, clock, time, NullLogger.Instance).RunAsync(broker.Intercept(MeltTopic.Everything, 16), stop.Token);
        Console.WriteLine($"broker on {broker.EndPoint}");
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await pumping;
    }

    private sealed class NoBench : IBench
    {
        public Task<IRig> SetUpAsync(SessionHeader header, SessionPlan plan, MELT.Actors.Devices.Configured.IDeviceNotes notes, CancellationToken stop) => throw new NotSupportedException();
    }
}
