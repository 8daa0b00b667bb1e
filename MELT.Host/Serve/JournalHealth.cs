using System.Diagnostics.Metrics;
using System.Globalization;
using MELT.Actors.Journal;
using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>Whether things can be stored now: counted, timed, and told once when it begins to fail and once when it works again.</summary>
internal sealed class JournalHealth(TimeProvider time, ILogger log)
{
    public const string MeterName = "MELT.Journal";

    /// <summary>An append that waits longer is a reason not to be ready, whatever becomes of it.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram("melt.journal.append.duration", "s", "Time until an append was committed, waiting for its turn included", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
    private static readonly Counter<long> s_events = s_meter.CreateCounter<long>("melt.journal.events", null, "Events committed");
    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>("melt.journal.failures", null, "Appends that could not be stored; whoever asked asks again");

    private readonly Lock _gate = new();
    private long? _failingSince;
    private string _why = "";
    private int _waiting;
    private long _lastMove;

    /// <summary>Why nothing can be stored just now; null: it can.</summary>
    public string? Objection
    {
        get
        {
            lock (_gate)
                return _failingSince is { } since ? $"nothing could be stored for {Seconds(since)}: {_why}"
                    : _waiting > 0 && time.GetElapsedTime(_lastMove) > Slow ? $"an append has waited for {Seconds(_lastMove)}"
                    : null;
        }
    }

    public long Begun()
    {
        var now = time.GetTimestamp();
        lock (_gate)
            if (_waiting++ == 0) _lastMove = now;
        return now;
    }

    public void Stored(long begun, int events)
    {
        s_duration.Record(time.GetElapsedTime(begun).TotalSeconds);
        s_events.Add(events);
        long? failing;
        lock (_gate)
        {
            Moved();
            (failing, _failingSince) = (_failingSince, null);
        }
        if (failing is { } since) log.LogWarning("Storing works again after {Length}; what was not stored is sent again by its senders", Seconds(since));
    }

    public void Failed(JournalUnavailableException cause)
    {
        s_failures.Add(1);
        var first = false;
        lock (_gate)
        {
            Moved();
            first = _failingSince is null;
            _failingSince ??= time.GetTimestamp();
            _why = (cause.InnerException ?? cause).Message;
        }
        if (first) log.LogError("Nothing can be stored: {Why} Readings stay with their senders until it works again", cause.Message);
    }

    /// <summary>It ended neither stored nor failed, as a fenced one does.</summary>
    public void Ended()
    {
        lock (_gate) Moved();
    }

    private void Moved() => (_waiting, _lastMove) = (_waiting - 1, time.GetTimestamp());

    private string Seconds(long since) => string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(since).TotalSeconds:0.#} s");
}
