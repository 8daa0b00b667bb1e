using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Agents;

/// <summary>The agent of this machine, from its first connection to its goodbye.</summary>
internal sealed class AgentService(string client, MqttClientOptions broker, MqttAgentOptions options, bool meters, HostClock clock, TimeProvider time)
{
    public async Task RunAsync(CancellationToken stop)
    {
        await using var connection = await MqttClients.ConnectAsync(client, options.Connection(broker), time, stop);
        if (!meters)
        {
            await new MqttAgent(connection, clock, options).RunAsync(stop);
            return;
        }
        await using var readings = await MqttClients.ConnectAsync(client, broker with { ClientId = $"melt-agent-{options.Device}-meters", CleanStart = true }, time, stop);
        await using var own = await AgentMeters.StartAsync(readings, options.Device, clock, time, options.Remark, stop);
        await new MqttAgent(connection, clock, options with { Beside = own.PublishAsync }).RunAsync(stop);
    }
}
