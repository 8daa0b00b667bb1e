using System.Reactive.Linq;
using MELT.Actors.Journal;
using MELT.Devices.Simulation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Actors.Replay;

/// <summary>From the journal to results: the recording through the same alignment as live, then the pure analysis.</summary>
public static class SessionReplay
{
    /// <summary>Throws <see cref="CatalogueException"/> where the session itself was not copied here with its experiment.</summary>
    /// <param name="asSealed">Without what was understood only after it was sealed.</param>
    public static async Task<RecordedSession> AlignAsync(IJournal journal, string session, CancellationToken stop, bool asSealed = false) =>
        await Recording.ReadAsync(journal, session, stop, asSealed) is { Count: > 0 } entries
            ? await entries.ToObservable().Align().LastAsync()
            : throw new CatalogueException($"nothing of session {session} is in this journal: only a part of its experiment was imported");

    /// <summary>Results of one session, the truth beside them when it was simulated.</summary>
    public static SessionResults Analyse(RecordedSession recorded, SimulatedTruth? truth)
    {
        var results = SessionAnalysis.Analyse(recorded);
        return truth is null ? results : TruthComparison.Beside(results, truth.Boundary, truth.Values);
    }
}
