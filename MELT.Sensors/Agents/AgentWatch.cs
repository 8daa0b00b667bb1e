using System.Globalization;

namespace MELT.Sensors.Agents;

/// <summary>
/// What the events and statuses of one agent say about one session of it: what is new, what came twice, what is missing, and whether the agent is
/// still there. A reason, once given, is why the session is over.
/// </summary>
internal sealed class AgentWatch(string session, TimeProvider time)
{
    /// <summary>Heartbeats that may be missing; after the broker itself said that the agent is lost, it may yet be back for the shorter time.</summary>
    private const int Missing = 3, MissingWhenLost = 2;

    private AgentStatus? _status;
    private long _heardAt = time.GetTimestamp();
    private bool _taken, _strange;
    private long _owed;

    /// <summary>Number of the last event.</summary>
    public long Last { get; private set; }

    /// <summary>True: new, and the next. False: it came before. Null: others are missing before it, and <paramref name="gap"/> names them.</summary>
    public bool? Next(long number, out string? gap)
    {
        gap = null;
        if (number <= Last) return false;
        if (number > Last + 1)
        {
            gap = Gap(number - 1);
            return null;
        }
        Last = number;
        return true;
    }

    /// <summary>The agent has the session: from now on its status must name it.</summary>
    public void Began() => _taken = true;

    /// <summary>Null: all is well. <paramref name="isGap"/>: events were lost.</summary>
    public string? Heard(AgentStatus status, out bool isGap)
    {
        isGap = false;
        if (status.State == AgentStatus.Offline && status.Reason == AgentStatus.Ended) return "The agent has ended: it said goodbye.";
        if (status.State == AgentStatus.Offline)
        {
            if (_status?.State == AgentStatus.Online) _heardAt = time.GetTimestamp();
            _status = (_status ?? status) with { State = AgentStatus.Offline };
            return null;
        }
        (var before, _status, _heardAt) = (_status, status, time.GetTimestamp());
        if (before?.Run is { } run && status.Run is { } now && run != now) return "The agent was started anew, and its engine is gone.";
        if (!_taken) return null;
        if (status.Session != session)
        {
            if (_strange) return status.Session is null ? "The agent no longer has this session." : $"The agent has begun another session ({status.Session}).";
            _strange = true;
            return null;
        }
        _strange = false;
        // What it has published was on its way before its status; by the next status it would be here.
        isGap = _owed > Last;
        if (isGap) return Gap(_owed);
        _owed = status.N ?? 0;
        return null;
    }

    /// <summary>Why the agent is taken for gone; null as long as it is not.</summary>
    public string? Check()
    {
        var (heartbeat, lost) = (TimeSpan.FromSeconds(_status?.HeartbeatSeconds ?? 5), _status?.State == AgentStatus.Offline);
        var limit = heartbeat * (lost ? MissingWhenLost : Missing);
        if (time.GetElapsedTime(_heardAt) <= limit) return null;
        return lost
            ? string.Create(CultureInfo.InvariantCulture, $"The agent is lost: the broker said so, and it was not back within {limit.TotalSeconds:0.###} s.")
            : string.Create(CultureInfo.InvariantCulture, $"The agent is lost: nothing was heard of it for {limit.TotalSeconds:0.###} s, where a heartbeat is due every {heartbeat.TotalSeconds:0.###} s.");
    }

    private string Gap(long to) => string.Create(CultureInfo.InvariantCulture,
        $"Events {Last + 1} to {to} of session {session} did not arrive ({to - Last} of them).");
}
