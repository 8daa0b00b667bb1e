using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MELT.Sensors.Mqtt.Packets;
using MELT.Sensors.Mqtt.Protocol;
using MELT.Sensors.Mqtt.Transport;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>One connection to the broker; <see cref="MqttClient"/> makes the next when it ends.</summary>
internal sealed class ClientLink
{
    private readonly Stream _stream;
    private readonly Task _pump;
    private readonly CancellationTokenSource _stop = new();

    private ClientLink(Stream stream, MqttClientOptions options, ExactlyOnceInbox inbox)
    {
        _stream = stream;
        Input = new(stream) { MaximumBytes = options.MaximumPacketBytes, Version = options.Version };
        Output = new(stream) { Version = options.Version };
        Acknowledgements = new(Output, inbox);
        Answer = new(false, ReasonCode.Success);
        _pump = Output.PumpAsync();
    }

    public PacketInput Input { get; }
    public PacketOutput Output { get; }
    public AcknowledgementQueue Acknowledgements { get; }
    public ConnAckPacket Answer { get; private set; }
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Everything up to a positive CONNACK, within the connect time-out.</summary>
    public static async Task<ClientLink> OpenAsync(MqttClientOptions options, bool cleanStart, ExactlyOnceInbox inbox, TimeProvider time, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        ClientLink? link = null;
        try
        {
            link = new(await ReachAsync(options, either.Token), options, inbox);
            link.Answer = await link.IntroduceAsync(options, cleanStart, either.Token);
            link.Output.MaximumBytes = link.Answer.Properties.MaximumPacketSize ?? long.MaxValue;
            return link;
        }
        catch (Exception e)
        {
            if (link is not null) await link.CloseAsync(ReasonCode.Success, TimeSpan.Zero, time);
            stop.ThrowIfCancellationRequested();
            if (e is SocketException or IOException or AuthenticationException or OperationCanceledException or MqttProtocolException) throw Refusals.Unreachable(options, e);
            throw;
        }
    }

    public void Abort() => _ = _stop.CancelAsync();

    /// <summary>Sends what is written, at most for <paramref name="patience"/>, and closes the socket.</summary>
    public async Task CloseAsync(ReasonCode reason, TimeSpan patience, TimeProvider time)
    {
        Acknowledgements.Close();
        if (patience > TimeSpan.Zero) Output.Write(new DisconnectPacket(reason));
        Output.Complete();
        if (patience > TimeSpan.Zero) await Task.WhenAny(_pump, Task.Delay(patience, time));
        Abort();
        await _stream.DisposeAsync();
        await _pump;
    }

    private static async Task<Stream> ReachAsync(MqttClientOptions options, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, stop);
            var plain = new NetworkStream(socket, ownsSocket: true);
            if (!options.Tls) return plain;
            var secured = new SslStream(plain);
            var handshake = new SslClientAuthenticationOptions { TargetHost = options.Host };
            if (options.Fingerprint is { } known) handshake.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString(HashAlgorithmName.SHA256) == known;
            await secured.AuthenticateAsClientAsync(handshake, stop);
            return secured;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<ConnAckPacket> IntroduceAsync(MqttClientOptions options, bool cleanStart, CancellationToken stop)
    {
        Output.Write(new ConnectPacket(options.Version, options.ClientId)
        {
            CleanStart = cleanStart,
            KeepAliveSeconds = (ushort)Math.Clamp(Math.Ceiling(options.KeepAlive.TotalSeconds), 0, ushort.MaxValue),
            Will = Will(options),
            UserName = options.UserName,
            Password = options.Password is { } password ? System.Text.Encoding.UTF8.GetBytes(password) : default(ReadOnlyMemory<byte>?),
            Properties = new()
            {
                SessionExpirySeconds = (uint)Math.Clamp(options.SessionExpiry.TotalSeconds, 0, uint.MaxValue),
                ReceiveMaximum = options.ReceiveMaximum,
                MaximumPacketSize = (uint)options.MaximumPacketBytes,
            },
        });
        Output.Flush();
        MqttPacket first;
        while (!Input.TryTake(out first))
            if (!await Input.ReceiveAsync(stop)) throw Refusals.Closed(options);
        if (first is not ConnAckPacket answer) throw MqttProtocolException.Violated($"its first packet is {first.Type}, not CONNACK");
        return answer.Reason == ReasonCode.Success ? answer : throw Refusals.Refused(options, answer);
    }

    private static MqttWill? Will(MqttClientOptions options) => options.Will is not { } will ? null : new(will.Topic, will.Payload, will.Qos, will.Retain)
    {
        Properties = new() { ContentType = will.ContentType, WillDelaySeconds = options.WillDelay > TimeSpan.Zero ? (uint)Math.Ceiling(options.WillDelay.TotalSeconds) : null },
    };
}
