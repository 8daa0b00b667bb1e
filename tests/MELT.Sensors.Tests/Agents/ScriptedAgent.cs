using MELT.Devices.Inference;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Agents;

/// <summary>An agent that does what a test tells it, right or wrong.</summary>
internal sealed class ScriptedAgent(IMqttClient client, double heartbeat) : IAsyncDisposable
{
    public static async Task<ScriptedAgent> ConnectAsync(int port, double heartbeat = 3600)
    {
        var client = await MqttClient.ConnectAsync(new() { Host = "127.0.0.1", Port = port }, stop: Waiting.Soon);
        await client.SubscribeAsync("melt/v1/phone-1/agent/command", MqttQos.AtLeastOnce, Waiting.Soon);
        return new(client, heartbeat);
    }

    /// <summary>The next command that arrives.</summary>
    public async Task<AgentFrame> TakeAsync() => AgentFrame.Read((await client.Deliveries.AcknowledgedAsync()).Payload, out var problem).ShouldNotBeNull(problem);

    public Task OnlineAsync(string? session = null, long? n = null, string run = "first") =>
        TellAsync("status", new AgentStatus { State = AgentStatus.Online, Run = run, HeartbeatSeconds = heartbeat, Session = session, N = n }.Write(), retain: true);

    public Task OfflineAsync(string reason) => TellAsync("status", new AgentStatus { State = AgentStatus.Offline, Reason = reason, HeartbeatSeconds = heartbeat }.Write(), retain: true);

    public Task TellAsync(EngineEvent told, string session, long number, bool retain = false) => TellAsync("event", AgentFrame.Write(told, session, number), retain);

    public Task TellTakenAsync(long command, string session, long number) => TellAsync("event", AgentFrame.WriteTaken(command, session, number), retain: false);

    public Task TellAsync(string what, byte[] payload, bool retain) => client.PublishAsync(new($"melt/v1/phone-1/agent/{what}", payload) { Retain = retain }, Waiting.Soon);

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
