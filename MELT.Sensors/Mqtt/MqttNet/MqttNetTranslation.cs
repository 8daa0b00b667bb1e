using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Net = MQTTnet;

namespace MELT.Sensors.Mqtt.MqttNet;

/// <summary>Our options and messages in MQTTnet's words, and back.</summary>
internal static class MqttNetTranslation
{
    public static Net.MqttClientOptions Options(MqttClientOptions options, bool cleanStart) => new()
    {
        ProtocolVersion = MqttProtocolVersion.V500,
        ClientId = options.ClientId,
        CleanSession = cleanStart,
        SessionExpiryInterval = (uint)Math.Clamp(options.SessionExpiry.TotalSeconds, 0, uint.MaxValue),
        ReceiveMaximum = options.ReceiveMaximum,
        MaximumPacketSize = (uint)options.MaximumPacketBytes,
        KeepAlivePeriod = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(options.KeepAlive.TotalSeconds), 0, ushort.MaxValue)),
        Timeout = options.ConnectTimeout,
        WillTopic = options.Will?.Topic,
        WillPayload = options.Will?.Payload.ToArray(),
        WillQualityOfServiceLevel = (MqttQualityOfServiceLevel)(options.Will?.Qos ?? MqttQos.AtMostOnce),
        WillRetain = options.Will?.Retain ?? false,
        WillContentType = options.Will?.ContentType,
        WillDelayInterval = options.Will is null ? 0 : (uint)Math.Max(0, Math.Ceiling(options.WillDelay.TotalSeconds)),
        Credentials = options.UserName is null && options.Password is null
            ? null
            : new Net.MqttClientCredentials(options.UserName, options.Password is { } password ? System.Text.Encoding.UTF8.GetBytes(password) : null),
        ChannelOptions = new Net.MqttClientTcpOptions
        {
            RemoteEndpoint = IPAddress.TryParse(options.Host, out var address) ? new IPEndPoint(address, options.Port) : new DnsEndPoint(options.Host, options.Port),
            LingerState = new LingerOption(false, 0),   // MQTTnet's own throws away what was written last: acknowledgements and the farewell
            BufferSize = 65536,
            TlsOptions = new Net.MqttClientTlsOptions
            {
                UseTls = options.Tls,
                TargetHost = options.Host,
                SslProtocol = SslProtocols.None,   // the system's choice, as in our own client
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    public static Net.MqttClientSubscribeOptions Subscription(string filter, MqttQos qos) =>
        new() { TopicFilters = [new() { Topic = filter, QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos }] };

    public static Net.MqttApplicationMessage Outgoing(MqttMessage message, bool repeated) => new()
    {
        Topic = message.Topic,
        Payload = new ReadOnlySequence<byte>(message.Payload),
        QualityOfServiceLevel = (MqttQualityOfServiceLevel)message.Qos,
        Retain = message.Retain,
        Dup = repeated,
        ResponseTopic = message.ResponseTopic,
        CorrelationData = message.CorrelationData.IsEmpty ? null : message.CorrelationData.ToArray(),
        ContentType = message.ContentType,
        UserProperties = message.UserProperties.Count == 0 ? null : [.. message.UserProperties.Select(p => new MqttUserProperty(p.Name, System.Text.Encoding.UTF8.GetBytes(p.Value)))],
    };

    /// <summary>The payload is a buffer of this message alone, so it is not copied.</summary>
    public static MqttMessage ToMessage(this Net.MqttApplicationMessage message) =>
        new(message.Topic, message.Payload.IsSingleSegment ? message.Payload.First : message.Payload.ToArray())
        {
            Qos = (MqttQos)message.QualityOfServiceLevel,
            Retain = message.Retain,
            ResponseTopic = message.ResponseTopic,
            CorrelationData = message.CorrelationData,
            ContentType = message.ContentType,
            UserProperties = message.UserProperties is { } properties ? [.. properties.Select(p => new UserProperty(p.Name, p.ReadValueAsString()))] : [],
        };

    /// <summary>Bytes of the PUBLISH, lengths counted at their longest: MQTTnet sends what the broker has said it will not take.</summary>
    public static long LargestSize(MqttMessage message)
    {
        const int Header = 1 + 4, PacketId = 2, Properties = 4;
        return Header + Text(message.Topic) + PacketId + Properties + message.Payload.Length
            + (message.ResponseTopic is { } response ? 1 + Text(response) : 0)
            + (message.CorrelationData.IsEmpty ? 0 : 3 + message.CorrelationData.Length)
            + (message.ContentType is { } type ? 1 + Text(type) : 0)
            + message.UserProperties.Sum(p => 1 + Text(p.Name) + Text(p.Value));

        static long Text(string text) => 2 + System.Text.Encoding.UTF8.GetByteCount(text);
    }
}
