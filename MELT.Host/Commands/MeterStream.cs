using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary>A meter's own stream in a data folder: which sessions it watched, and a dated event to be added to it.</summary>
internal static class MeterStream
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(30);

    public static string Name(MeterId meter) => $"{Meter.KindName}:{meter}";

    /// <summary>The sessions of an experiment or session id that recorded all these meters; without an id the newest one that did.</summary>
    public static async Task<IReadOnlyList<string>> SessionsAsync(IJournal journal, string? id, IReadOnlyCollection<MeterId> meters, CancellationToken stop)
    {
        var catalogue = new Catalogue(journal);
        var candidates = id is null ? (await catalogue.ExperimentsAsync(stop)).Reverse().SelectMany(e => e.Started.Reverse().Select(s => s.Session)).ToArray() : [.. (await catalogue.FindAsync(id, stop)).Sessions];
        var found = new List<string>();
        foreach (var session in candidates)
        {
            if (!await RecordedAsync(journal, session, meters, stop)) continue;
            found.Add(session);
            if (id is null) break;
        }
        return found.Count > 0 ? found : throw new CommandException($"{(id is null ? "no session" : $"no session of {id}")} recorded {string.Join(" and ", meters)}; melt sensors list shows the meters there are.");
    }

    private static async Task<bool> RecordedAsync(IJournal journal, string session, IReadOnlyCollection<MeterId> meters, CancellationToken stop)
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var stored in journal.ReadAsync($"{Session.KindName}:{session}", 1, stop)) covered.UnionWith(((SessionEvent)stored.Event).Covered.Select(c => c.PersistenceId));
        return meters.All(m => covered.Contains(Name(m)));
    }

    /// <summary>Adds to the stream of a meter that is known; what it has to object is a failure.</summary>
    /// <param name="command">Made of the moment it is entered.</param>
    public static async Task TellAsync(Surroundings with, MeterId meter, Func<Stamp, MeterCommand> command, CancellationToken stop)
    {
        await using (var journal = await with.OpenJournalAsync(stop))
            if (await journal.HighestAsync(Name(meter), stop) == 0) throw new CommandException($"no meter {meter} is known in {with.Recordings}; melt sensors list shows those that are.", ExitCode.Usage);
        await using var laboratory = await Laboratory.OpenAsync(LaboratorySetting.Closed(with, with.Configure()), with.Logs(), with.Time, stop);
        var answer = laboratory.Runtime.AskUntilAnsweredAsync(Meter.KindName, meter.ToString(), command(laboratory.Clock.Now), AskTimeout, with.Time, stop);
        await laboratory.Watched.UnlessLostAsync(answer);
        if (await answer is MeterRefusal refusal) throw new CommandException($"{meter}: {refusal.Reason}.");
    }
}
