using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>
/// Gives readings that were understood late to the sessions they belong to: those of the meter's device, and those whose plan names it, that lasted while the readings came.
/// One that still runs finds them itself when it settles; it is asked again until it is sealed, in case it had just looked.
/// </summary>
internal sealed class SealedSessions(IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly List<(string Session, SessionCommand.Widen Command)> _running = [];

    public async Task WidenAsync(MeterId meter, StreamCoverage coverage, Stamp from, Stamp to, CancellationToken stop)
    {
        foreach (var experiment in await new Catalogue(journal).ExperimentsAsync(stop))
            foreach (var started in experiment.Started)
            {
                var planned = experiment.Plan!.Sessions[started.Index];
                if (planned.Header.Device != meter.Device && !planned.Plan.ExtraMeters.Contains(meter.ToString())) continue;
                if (await LastedAsync(started.Session, stop) is not { } lasted || lasted.Begin.Nanoseconds > to.Nanoseconds || lasted.End?.Nanoseconds < from.Nanoseconds) continue;
                await AskAsync(started.Session, new(coverage, $"{meter} was understood after the session", clock.Now), stop);
            }
    }

    /// <summary>Those that were not sealed when they were asked.</summary>
    public async Task AgainAsync(CancellationToken stop)
    {
        var asked = _running.ToArray();
        _running.Clear();
        foreach (var (session, command) in asked) await AskAsync(session, command, stop);
    }

    private async Task AskAsync(string session, SessionCommand.Widen command, CancellationToken stop)
    {
        if (await runtime.AskUntilAnsweredAsync(Session.KindName, session, command, AskTimeout, time, stop) is SessionAnswer.Rejected) _running.Add((session, command));
        else log.LogInformation("Session {Session} has what was kept for {Stream}", session, command.Coverage.PersistenceId);
    }

    /// <summary>When it was opened and sealed; null: it never began. What it recorded lies between.</summary>
    private async Task<(Stamp Begin, Stamp? End)?> LastedAsync(string session, CancellationToken stop)
    {
        (Stamp Begin, Stamp? End)? lasted = null;
        await foreach (var stored in journal.ReadAsync($"{Session.KindName}:{session}", 1, stop))
        {
            var at = Stamp.From(new DateTimeOffset(stored.Created, TimeSpan.Zero));
            if (stored.Event is SessionEvent.Opened) lasted = (at, null);
            if (stored.Event is SessionEvent.Sealed && lasted is { } begun) lasted = (begun.Begin, at);
        }
        return lasted;
    }
}
