using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Runtimes;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging;

namespace MELT.Actors;

/// <summary>Every actor there is, a line each; Host and tests wire the same.</summary>
public static class MeltActors
{
    /// <summary>Devices are plugged in here and nowhere else. <paramref name="unreachable"/>: how long a session waits for a device that nobody reaches.</summary>
    public static void AddMelt(this IActorRuntime runtime, IBench bench, HostClock clock, TimeProvider time, ILogger log, TimeSpan? unreachable = null) =>
        runtime.AddMelt(new LocalLinks(new LinkPerformer(runtime, bench, clock, time, log), runtime, clock, time), clock, time, log, unreachable);

    /// <summary>Devices are plugged in where <paramref name="links"/> knows.</summary>
    public static void AddMelt(this IActorRuntime runtime, IDeviceLinks links, HostClock clock, TimeProvider time, ILogger log, TimeSpan? unreachable = null)
    {
        runtime.Host(new Device(), NoWork.Instance);
        runtime.Host(new Meter(), NoWork.Instance);
        runtime.Host(new Session(), new SessionPerformer(runtime, links, clock, time, log, unreachable));
        runtime.Host(new Experiment(), NoWork.Instance);
        runtime.Host(new Rulebook(), NoWork.Instance);
        runtime.Host(new Evaluation(), NoWork.Instance);
        runtime.Host(new Scheduler(), new SchedulerPerformer(runtime, clock, log));
    }

    /// <summary>For actors that ask for no work.</summary>
    private sealed class NoWork : IPerformer
    {
        public static readonly NoWork Instance = new();
        public Task<object> Perform(object work, CancellationToken stop) => throw new NotSupportedException(work.GetType().Name);
    }
}
