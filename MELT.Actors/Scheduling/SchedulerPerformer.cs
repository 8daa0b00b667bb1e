using System.Collections.Immutable;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Time;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Scheduling;

/// <summary>Asks sessions whether they are over. Being asked also brings back a session whose node died, which then seals itself.</summary>
public sealed class SchedulerPerformer(IActorRuntime runtime, HostClock clock, ILogger log) : IPerformer
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    public async Task<object> Perform(object work, CancellationToken stop)
    {
        var over = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var (device, line) in ((SchedulerWork.Look)work).Lines)
            foreach (var session in line)
                if (await IsOverAsync(device, session)) over.Add(session);
        return new SchedulerCommand.Looked(over.ToImmutable(), clock.Now);
    }

    /// <summary>What cannot be asked now is asked in the next round.</summary>
    private async Task<bool> IsOverAsync(string device, SessionId session)
    {
        try
        {
            if (await runtime.Ask(Session.KindName, session.Value, new SessionCommand.Inspect(), AskTimeout) is not SessionAnswer.Standing { IsOver: true }) return false;
            if (await runtime.Ask(Device.KindName, device, new DeviceCommand.Release(session, clock.Now), AskTimeout) is not DeviceAnswer.Accepted) return false;
            log.LogWarning("Session {Session} was over and held device {Device}; the device is free", session, device);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
