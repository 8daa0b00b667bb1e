using System.Buffers;
using System.Net;
using System.Net.Sockets;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;

namespace MELT.Sensors.Tests.Mqtt.MqttNet;

/// <summary>Accepts one MQTT 5 client with its session and does nothing further by itself: the test sends and sees every packet.</summary>
internal sealed class SilentBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly PacketWriter _writer = new();
    private readonly MqttProperties _properties;
    private Task<TcpClient> _accepting;
    private byte[] _received = [];

    private SilentBroker(MqttProperties properties)
    {
        _properties = properties;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static SilentBroker Start(MqttProperties? properties = null) => new(properties ?? MqttProperties.None);

    /// <summary>Breaks the connection without a word and waits for the client to be back.</summary>
    public async Task AcceptAgainAsync()
    {
        (await _accepting).Dispose();
        _received = [];
        await (_accepting = AcceptAsync());
    }

    public async Task SendAsync(params MqttPacket[] packets)
    {
        var socket = await _accepting;
        foreach (var packet in packets) await socket.GetStream().WriteAsync(_writer.Encode(packet, MqttVersion.V5), Waiting.Soon);
    }

    public async Task<T> NextAsync<T>() where T : MqttPacket => (await NextAsync(await _accepting)).ShouldBeOfType<T>();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        if (_accepting.IsCompletedSuccessfully) (await _accepting).Dispose();
    }

    private async Task<TcpClient> AcceptAsync()
    {
        var socket = await _listener.AcceptTcpClientAsync(Waiting.Soon);
        (await NextAsync(socket)).ShouldBeOfType<ConnectPacket>();
        await socket.GetStream().WriteAsync(_writer.Encode(new ConnAckPacket(SessionPresent: true, ReasonCode.Success) { Properties = _properties }, MqttVersion.V5), Waiting.Soon);
        return socket;
    }

    private async Task<MqttPacket> NextAsync(TcpClient socket)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var input = new ReadOnlySequence<byte>(_received);
            if (PacketReader.TryRead(ref input, MqttVersion.V5, int.MaxValue, out var packet))
            {
                _received = input.ToArray();
                return packet;
            }
            var count = await socket.GetStream().ReadAsync(buffer, Waiting.Soon);
            count.ShouldBeGreaterThan(0);
            _received = [.. _received, .. buffer.AsSpan(0, count)];
        }
    }
}
