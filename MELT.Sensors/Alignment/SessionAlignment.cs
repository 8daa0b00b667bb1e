using System.Reactive.Linq;

namespace MELT.Sensors.Alignment;

/// <summary>Joins the streams of a session as they are committed; replay folds the same step over the journal.</summary>
public static class SessionAlignment
{
    /// <summary>The session as known after each entry.</summary>
    public static IObservable<RecordedSession> Align(this IObservable<RecordingEntry> recording) =>
        recording.Scan(RecordedSession.Empty, (session, entry) => session.Add(entry));
}
