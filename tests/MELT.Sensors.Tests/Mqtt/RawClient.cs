using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>A socket on which every packet is sent and seen as it is; it does nothing by itself.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _socket = new() { NoDelay = true };
    private readonly PacketWriter _writer = new();
    private readonly MqttVersion _version;
    private byte[] _received = [];

    private RawClient(MqttVersion version) => _version = version;

    public static async Task<RawClient> OpenAsync(int port, MqttVersion version)
    {
        var client = new RawClient(version);
        await client._socket.ConnectAsync(IPAddress.Loopback, port, Waiting.Soon);
        return client;
    }

    public static async Task<RawClient> ConnectAsync(int port, ConnectPacket connect)
    {
        var client = await OpenAsync(port, connect.Version);
        await client.SendAsync(connect);
        (await client.NextAsync<ConnAckPacket>()).Reason.ShouldBe(ReasonCode.Success);
        return client;
    }

    public async Task SendAsync(params MqttPacket[] packets)
    {
        foreach (var packet in packets) await _socket.GetStream().WriteAsync(_writer.Encode(packet, _version), Waiting.Soon);
    }

    public async Task SendAsync(byte[] bytes) => await _socket.GetStream().WriteAsync(bytes, Waiting.Soon);

    public async Task<T> NextAsync<T>() where T : MqttPacket => (await NextAsync()).ShouldBeOfType<T>();

    /// <summary>Null when the broker closed the connection.</summary>
    public async Task<MqttPacket?> NextAsync(CancellationToken? stop = null)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var input = new ReadOnlySequence<byte>(_received);
            if (PacketReader.TryRead(ref input, _version, int.MaxValue, out var packet))
            {
                _received = input.ToArray();
                return packet;
            }
            int count;
            try
            {
                count = await _socket.GetStream().ReadAsync(buffer, stop ?? Waiting.Soon);
            }
            catch (IOException)
            {
                return null;
            }
            if (count == 0) return null;
            _received = [.. _received, .. buffer.AsSpan(0, count)];
        }
    }

    /// <summary>Everything the broker had to say is said before it answers a ping.</summary>
    public async Task HasNothingToReadAsync()
    {
        await SendAsync(PingReqPacket.Instance);
        await NextAsync<PingRespPacket>();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
