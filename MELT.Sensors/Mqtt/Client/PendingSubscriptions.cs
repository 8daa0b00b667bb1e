using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>SUBSCRIBEs without an answer yet; they end with their connection. As many as there are callers.</summary>
internal sealed class PendingSubscriptions(Outbox ids)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, TaskCompletionSource<ReasonCode?>> _waiting = [];

    /// <summary>The broker's answer; null when the connection ended before.</summary>
    public Task<ReasonCode?> Ask(ClientLink link, Subscription subscription)
    {
        var answer = new TaskCompletionSource<ReasonCode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var id = ids.ReserveId();
        lock (_lock) _waiting.Add(id, answer);
        if (link.Stopped.IsCancellationRequested) Forget();
        link.Output.Write(new SubscribePacket(id, [subscription]));
        link.Output.Flush();
        return answer.Task;
    }

    public void Answered(SubAckPacket ack)
    {
        TaskCompletionSource<ReasonCode?>? answer;
        lock (_lock)
            if (!_waiting.Remove(ack.PacketId, out answer)) return;
        ids.FreeId(ack.PacketId);
        answer.SetResult(ack.Reasons[0]);
    }

    public void Forget()
    {
        lock (_lock)
        {
            foreach (var (id, answer) in _waiting)
            {
                ids.FreeId(id);
                answer.TrySetResult(null);
            }
            _waiting.Clear();
        }
    }
}
