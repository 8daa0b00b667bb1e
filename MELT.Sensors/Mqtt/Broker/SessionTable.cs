using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Broker;

/// <summary>
/// The sessions by client id, in memory: they end with the broker. One connection per session; a newer one takes over. A will is given to
/// <paramref name="publish"/> when its client has left without a goodbye and its delay, or the session, is over; never when the broker ends.
/// </summary>
internal sealed class SessionTable(MqttBrokerOptions options, Router router, TimeProvider time, Action<MqttWill> publish)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    public int Count { get { lock (_lock) return _sessions.Count; } }

    /// <summary>No session, with the reason, when there is no room for one more or it is another user's.</summary>
    public (Session? Session, bool Present, ReasonCode Reason) Join(BrokerConnection connection, string clientId, string? user, bool cleanStart, uint expirySeconds, MqttWill? will)
    {
        lock (_lock)
        {
            var present = _sessions.TryGetValue(clientId, out var session);
            if (present && session!.User != user) return (null, false, ReasonCode.ClientIdentifierNotValid);
            if (present) Leave(session!, session!.Connection, ReasonCode.SessionTakenOver);
            if (present && (cleanStart || !_sessions.ContainsKey(clientId)))
            {
                Forget(session!);
                present = false;
            }
            if (!present)
            {
                if (_sessions.Count >= options.SessionLimit) return (null, false, ReasonCode.QuotaExceeded);
                _sessions.Add(clientId, session = new(clientId, time) { User = user });
            }
            session!.Connection = connection;
            session.ExpirySeconds = expirySeconds;
            session.Will = will;   // one that still waited is off: its client is back
            return (session, present, ReasonCode.Success);
        }
    }

    public void Leave(Session session, BrokerConnection connection)
    {
        lock (_lock) Leave(session, connection, null);
    }

    /// <summary>The client said goodbye: its will is not wanted.</summary>
    public void DropWill(Session session, BrokerConnection connection)
    {
        lock (_lock)
            if (session.Connection == connection) session.Will = null;
    }

    /// <summary>The broker itself ends; that is not its clients' vanishing.</summary>
    public void DropWills()
    {
        lock (_lock)
            foreach (var session in _sessions.Values) session.Will = null;
    }

    /// <summary>Publishes the wills whose delay is over, and forgets the sessions whose time has run out.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            foreach (var session in _sessions.Values.Where(IsWillDue)) PublishWill(session);
            foreach (var session in _sessions.Values.Where(IsOver).ToArray()) Forget(session);
        }
    }

    private bool IsOver(Session session) =>
        session is { Connection: null, ExpirySeconds: not Session.NeverExpires } && time.GetElapsedTime(session.LeftAt).TotalSeconds >= session.ExpirySeconds;

    private bool IsWillDue(Session session) =>
        session is { Connection: null, Will: { } will } && time.GetElapsedTime(session.LeftAt).TotalSeconds >= (will.Properties.WillDelaySeconds ?? 0);

    private void Leave(Session session, BrokerConnection? connection, ReasonCode? because)
    {
        if (connection is null || session.Connection != connection) return;
        if (because is { } reason) connection.Close(reason);
        session.Connection = null;
        session.LeftAt = time.GetTimestamp();
        session.Outbox.Detach(connection.Output);
        if (session.Will?.Properties.WillDelaySeconds is null or 0) PublishWill(session);
        if (session.ExpirySeconds == 0) Forget(session);
    }

    private void Forget(Session session)
    {
        if (_sessions.TryGetValue(session.ClientId, out var current) && current == session) _sessions.Remove(session.ClientId);
        router.Remove(session);
        PublishWill(session);
    }

    private void PublishWill(Session session)
    {
        if (session.Will is not { } will) return;
        session.Will = null;
        publish(will);
    }
}
