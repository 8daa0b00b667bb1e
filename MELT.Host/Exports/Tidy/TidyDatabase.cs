using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Exports;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Host.Commands;
using MELT.Sensors.Analysis;
using static MELT.Actors.Exports.TidyType;

namespace MELT.Host.Exports.Tidy;

/// <summary>Experiments with their recordings and results as tidy tables in one SQLite file, session by session.</summary>
internal static class TidyDatabase
{
    public const string Format = "sqlite", Extension = ".db";

    /// <summary>Grows when a column changes its meaning; new columns leave it.</summary>
    public const string Schema = "melt.tidy/1";

    private static readonly TidyTable<(string Key, string? Value)> About = new("about", "one row per fact of this file")
    {
        { "key", Text, null, "schema, melt, analysis or every_s", a => a.Key },
        { "value", Text, null, "schema of this file; MELT that wrote it; rules of its results; seconds of one point of readings (null: every reading)", a => a.Value },
    };

    private static readonly ITidyTable[] Tables =
    [
        About, SessionTables.Experiments, SessionTables.Sessions, SessionTables.Facts, SessionTables.Requests, SessionTables.Phases, SessionTables.Tokens, SessionTables.Events, SessionTables.Warnings,
        MetricTables.Sessions, MetricTables.Requests, MetricTables.Phases, MetricTables.Cells, MetricTables.Budget, MetricTables.Truth, OperatorTables.Operators, OperatorTables.Graphs, MeterTables.Meters, MeterTables.Channels, MeterTables.Clocks, MeterTables.Readings, MeterTables.Samples,
    ];

    public static async Task<ExportSummary> WriteAsync(IJournal journal, IReadOnlyList<Finding> findings, string path, bool replace, Thinning? thinning, TimeProvider time, CancellationToken stop)
    {
        string[] sessions = [.. findings.SelectMany(f => f.Sessions).Distinct()];
        var rows = ImmutableSortedDictionary<string, long>.Empty;
        var bytes = await NewFile.WriteAsync(path, replace, async unfinished =>
        {
            using var file = TidyFile.Create(unfinished, Tables);
            file.Add(About, [("schema", Schema), ("melt", Surroundings.Version), ("analysis", SessionAnalysis.AnalysisVersion), ("every_s", thinning?.EverySeconds.ToString(CultureInfo.InvariantCulture))]);
            file.Add(SessionTables.Experiments, findings.DistinctBy(f => f.Experiment.Id));
            var (channels, done) = (0L, 0);
            foreach (var experiment in findings.GroupBy(f => f.Experiment.Id))
            {
                var results = new List<SessionResults>();
                foreach (var id in experiment.SelectMany(f => f.Sessions).Distinct())
                {
                    var session = await ExportedSession.ReadAsync(journal, id, stop);
                    using var progress = new CountProgress($"session {++done} of {sessions.Length}", session.Channels.Sum(c => c.Count), time, "readings");
                    Add(file, session);
                    channels = Measured(file, session, channels, thinning, progress, stop);
                    results.Add(session.Results);
                }
                // Means of a part of an experiment would pass for those of the whole.
                MetricFact[] ofCells = results.Count < experiment.First().Experiment.Started.Length ? [] : [.. MetricTables.OfCells(experiment.Key, results)];
                file.Add(MetricTables.Cells, ofCells);
                file.Add(MetricTables.Budget, MetricTables.BudgetOf(ofCells));
            }
            file.Index("readings", "channel_id");
            rows = file.Rows.ToImmutableSortedDictionary(StringComparer.Ordinal);
        });
        return new(Format, [new(Path.GetFullPath(path), bytes)], [.. sessions], rows,
            thinning is null ? [] : [$"readings are thinned: {thinning.Words(last: false)}; counters and states: {thinning.Words(last: true)}"]);
    }

    private static void Add(TidyFile file, ExportedSession session)
    {
        var results = session.Results;
        file.Add(SessionTables.Sessions, [session]);
        file.Add(SessionTables.Facts, SessionTables.FactsOf(session));
        file.Add(SessionTables.Requests, results.Requests.Zip(session.Timeline.Requests, (r, told) => (session, r, told)));
        file.Add(SessionTables.Phases, session.Timeline.Phases.Select((p, i) => (session, p, i)));
        file.Add(SessionTables.Tokens, session.Timeline.Requests.SelectMany(r => Enumerable.Range(0, r.Emissions.Length).Select(i => (session, r, i))));
        file.Add(SessionTables.Events, SessionInstant.Of(session).Select(i => (session, i)));
        file.Add(SessionTables.Warnings, results.Warnings.Select(w => (session.Id, w)));
        MetricFact[] ofSession = [.. MetricTables.OfSession(results)], ofRequests = [.. MetricTables.OfRequests(results)], ofPhases = [.. MetricTables.OfPhases(results)];
        file.Add(MetricTables.Sessions, ofSession);
        file.Add(MetricTables.Requests, ofRequests);
        file.Add(MetricTables.Phases, ofPhases);
        file.Add(MetricTables.Budget, MetricTables.BudgetOf(ofSession.Concat(ofRequests).Concat(ofPhases)));
        OperatorTables.Add(file, session);
        if (results.Truth is { } truth) file.Add(MetricTables.Truth, truth.Values.Select(v => (session.Id, truth.Boundary, v.Key, v.Value)));
    }

    private static long Measured(TidyFile file, ExportedSession session, long channels, Thinning? thinning, CountProgress progress, CancellationToken stop)
    {
        file.Add(MeterTables.Meters, session.Recorded.Meters.Values.Zip(session.Results.Meters, (meter, results) => (session, meter, results)));
        file.Add(MeterTables.Clocks, MeterTables.ClocksOf(session));
        NumberedChannel[] numbered = [.. session.Channels.Select(c => new NumberedChannel(++channels, session, c))];
        file.Add(MeterTables.Channels, numbered);
        var done = 0L;
        foreach (var channel in numbered) file.Add(MeterTables.Readings, Counted(channel));
        return channels;

        IEnumerable<(NumberedChannel, Reading)> Counted(NumberedChannel channel)
        {
            var readings = channel.Channel.Readings();
            foreach (var reading in thinning is null ? readings : thinning.Of(readings, channel.Channel.HoldsLast))
            {
                stop.ThrowIfCancellationRequested();
                yield return (channel, reading);
                progress.Show(++done);
            }
        }
    }
}
