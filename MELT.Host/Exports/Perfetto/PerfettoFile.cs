using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Host.Commands;

namespace MELT.Host.Exports.Perfetto;

/// <summary>Sessions as one Perfetto trace, written as it is made: ui.perfetto.dev and trace_processor read it.</summary>
internal static class PerfettoFile
{
    public const string Format = "perfetto", Extension = ".pftrace";

    private const int Buffered = 1 << 20;
    private const ulong OfTrace = 1;

    public static async Task<ExportSummary> WriteAsync(IJournal journal, IReadOnlyList<string> sessions, string path, bool replace, Thinning? thinning, TimeProvider time, CancellationToken stop)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var rows = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        var bytes = await NewFile.WriteAsync(path, replace, async unfinished =>
        {
            await using var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.Read, Buffered);
            var trace = new TraceWriter(file);
            trace.Clock(OfTrace);
            for (var i = 0; i < sessions.Count; i++)
            {
                var session = await ExportedSession.ReadAsync(journal, sessions[i], stop);
                using var progress = new CountProgress($"session {i + 1} of {sessions.Count}", session.Channels.Sum(c => c.Count), time, "readings");
                new SessionTracks(trace, session, i + 1, thinning).Write(stop, progress.Show);
                notes.AddRange(SessionTracks.LeftOut(session));
            }
            rows.Add("tracks", trace.Tracks);
            rows.Add("slices", trace.Slices);
            rows.Add("instants", trace.Instants);
            rows.Add("counter_values", trace.CounterValues);
        });
        if (thinning is not null) notes.Add($"channels are thinned: {thinning.Words(last: false)}; counters and states: {thinning.Words(last: true)}");
        return new(Format, [new(Path.GetFullPath(path), bytes)], [.. sessions], rows.ToImmutable(), notes.ToImmutable());
    }
}
