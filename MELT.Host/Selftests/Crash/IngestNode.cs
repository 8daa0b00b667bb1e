using System.Net;
using System.Runtime.InteropServices;
using MELT.Actors;
using MELT.Actors.Devices;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Ingest;
using MELT.Actors.Journal;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Host.Commands;
using MELT.Sensors.Alignment;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Selftests.Crash;

/// <summary>
/// The process that is killed: the way of a reading from our broker through the in-process runtime into a journal, wired as in a laboratory.
/// Reads the journal's address from standard input, says on standard output where it listens, and ends when standard input does:
/// it never outlives who started it.
/// </summary>
internal static class IngestNode
{
    /// <summary>Begins the line that says where it listens.</summary>
    public const string Listens = "broker on ";
    private const int IngestRoom = 4096;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20), LockPatience = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(int port, Sabotage sabotage, TimeProvider time)
    {
        // Ctrl-C in a terminal reaches the whole group; when to end is the parent's word.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var logs = new LoggerFactory([new StandardErrorLog()], new LoggerFilterOptions { MinLevel = LogLevel.Warning });
        var clock = HostClock.Start(time);
        if (await Console.In.ReadLineAsync() is not { Length: > 0 } address) throw new CommandException("this is the node of melt selftest crash, which tells it on standard input where its journal is", ExitCode.Usage);
        var location = JournalLocation.Parse(address, ".");
        await using var held = await LockAsync(location, time);
        await using var journal = await OpenAsync(location, sabotage, time);
        await using var runtime = new InProcessRuntime(journal, logs.CreateLogger<InProcessRuntime>(), new InProcessOptions { Time = time });
        var (broker, deliveries) = await MqttBroker.StartAsync(new MqttBrokerOptions { Address = IPAddress.Loopback, Port = port, Clock = clock }, MeltTopic.Everything, IngestRoom, time);
        await using var listening = broker;
        await Console.Out.WriteLineAsync($"{Listens}{broker.EndPoint}");
        runtime.AddMelt(NoBench.Instance, clock, time, logs.CreateLogger("MELT"));
        using var stop = new CancellationTokenSource();
        var pumping = new IngestPump(runtime, clock, time, logs.CreateLogger<IngestPump>()).RunAsync(deliveries, stop.Token);
        await runtime.StartAsync(stop.Token);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await pumping;
        return ExitCode.Done;
    }

    /// <summary>A server may take a moment to see that the node before is gone.</summary>
    private static async Task<IRuntimeLock> LockAsync(JournalLocation location, TimeProvider time)
    {
        for (var begun = time.GetTimestamp(); ; await Task.Delay(BetweenTries, time))
        {
            try
            {
                return await location.LockAsync(LockMode.Exclusive, time, CancellationToken.None);
            }
            catch (RuntimeLockException) when (time.GetElapsedTime(begun) < LockPatience) { }
        }
    }

    private static async Task<IJournal> OpenAsync(JournalLocation location, Sabotage sabotage, TimeProvider time)
    {
        var journal = await location.OpenAsync(MeltEvents.Serializer, time);
        return sabotage == Sabotage.None ? journal : new SabotagedJournal(journal, sabotage, time);
    }

    private sealed class NoBench : IBench
    {
        public static readonly NoBench Instance = new();
        public Task<IRig> SetUpAsync(SessionHeader header, SessionPlan plan, IDeviceNotes notes, CancellationToken stop) => throw new RigException("no-bench", "A node of the crash test runs no sessions.");
    }
}
