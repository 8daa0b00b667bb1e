using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// Sparkplug B (Eclipse Sparkplug 3.0): births announce metrics, data names them or only their aliases, numbers run from 0 to 255. A gap or an alias that no
/// birth announced asks for a rebirth. A field's path is the metric's name. Data sets, templates, bytes, files and compressed payloads are not understood.
/// </summary>
public sealed class SparkplugFormat : IPayloadFormat
{
    private const int MetricWeight = 320;
    private const int MostDevices = 256;

    public string Name => "sparkplug";

    public string? StateKey(string topic) => SparkplugTopic.Parse(topic) is { } parsed ? $"{parsed.Group}/{parsed.Node}" : null;

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var known = state as SparkplugState ?? SparkplugState.Unknown;
        var fields = new FieldList(message.Payload.Length);
        if (message.Payload.Length > PayloadLimits.LongestPayload) fields.Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        else if (SparkplugTopic.Parse(message.Topic) is not { } topic) fields.Reject(Rejection.Shape, "the topic is not spBv1.0/GROUP/NBIRTH|NDATA|NDEATH/NODE or …/DBIRTH|DDATA|DDEATH/NODE/DEVICE");
        else if (ReadHeader(message.Payload, fields, out var header)) return Read(message.Payload, topic, header, known, fields);
        return fields.Done(known);
    }

    public PayloadEvidence? Recognise(PayloadMessage message) =>
        SparkplugTopic.Parse(message.Topic) is { } topic && ReadHeader(message.Payload, new(message.Payload.Length), out _)
            ? new(PayloadFit.TopicAndShape, $"the topic is Sparkplug B's {topic.Type} of node {topic.Node}") : null;

    private static PayloadResult Read(ReadOnlySpan<byte> payload, SparkplugTopic topic, Header header, SparkplugState state, FieldList fields)
    {
        if (topic.Type == "NDEATH") return NodeDeath(payload, topic, state, fields);
        var notice = Sequence(topic, header, ref state);
        if (topic.Type == "DDEATH") return fields.Done(state with { Births = state.Births.Remove(topic.Device!) }, new(PayloadNoticeKind.Ended, $"device {topic.Device} of node {topic.Node} is gone"));
        var birth = topic.IsBirth ? new SparkplugBirth() : state.Births.GetValueOrDefault(topic.Device ?? "");
        var unresolved = 0;
        var reader = new ProtobufReader(payload);
        while (reader.Next())
            if (reader is { Field: 2, Wire: ProtobufWire.Length } && !Metric(reader.Bytes, topic.IsBirth, birth, header.Milliseconds, fields, ref unresolved)) return fields.Done(state, notice);
        if (unresolved > 0) notice ??= new(PayloadNoticeKind.RebirthWanted, string.Create(CultureInfo.InvariantCulture, $"{unresolved} aliases are in no birth of {topic.Node}{(topic.Device is null ? "" : "/" + topic.Device)}"));
        if (unresolved > 0 && fields.Count == 0) fields.Reject(Rejection.Shape, notice!.Text);
        if (!topic.IsBirth || fields.Rejection is not null) return fields.Done(state, notice);
        if (topic.Device is { } device && !state.Births.ContainsKey(device) && state.Births.Count >= MostDevices)
            fields.Reject(Rejection.TooLarge, $"a node has at most {MostDevices} devices");
        else
            state = topic.Device is null
                ? new(ImmutableDictionary<string, SparkplugBirth>.Empty.Add("", birth!), header.Sequence, BirthNumber(fields))
                : state with { Births = state.Births.SetItem(topic.Device, birth!) };
        return fields.Done(state, notice);
    }

    private static PayloadNotice? Sequence(SparkplugTopic topic, Header header, ref SparkplugState state)
    {
        var last = state.Sequence;
        state = state with { Sequence = header.Sequence ?? last };
        if (topic.Type == "NBIRTH") return null;
        if (last is null) return new(PayloadNoticeKind.RebirthWanted, $"nothing of node {topic.Node} is known before this message");
        return header.Sequence == (last + 1) % 256 ? null
            : new(PayloadNoticeKind.RebirthWanted, string.Create(CultureInfo.InvariantCulture, $"node {topic.Node} sent number {header.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "none"} after {last}"));
    }

    private static PayloadResult NodeDeath(ReadOnlySpan<byte> payload, SparkplugTopic topic, SparkplugState state, FieldList fields)
    {
        var ignored = 0;
        for (var reader = new ProtobufReader(payload); reader.Next();)
            if (reader is { Field: 2, Wire: ProtobufWire.Length } && !Metric(reader.Bytes, false, null, null, fields, ref ignored)) return fields.Done(state);
        // The broker sends a death when it notices, perhaps after the node was born again: that one is not meant.
        if (BirthNumber(fields) is { } number && state.BirthNumber is { } born && number != born) return fields.Done(state);
        return fields.Done(SparkplugState.Unknown, new(PayloadNoticeKind.Ended, $"node {topic.Node} is gone"));
    }

    private static bool Metric(ReadOnlySpan<byte> bytes, bool isBirth, SparkplugBirth? birth, ulong? sent, FieldList fields, ref int unresolved)
    {
        if (!SparkplugRawMetric.TryRead(bytes, out var raw)) return fields.Reject(Rejection.Malformed, "a metric breaks off, or a field of it is of another type");
        if (raw.Name.Length > PayloadLimits.LongestPath || !System.Text.Unicode.Utf8.IsValid(raw.Name)) return fields.Reject(Rejection.Shape, $"a metric's name is longer than {PayloadLimits.LongestPath} bytes, or no Unicode");
        if (!fields.Charge((isBirth ? MetricWeight : 24) + 4 * raw.Name.Length)) return false;
        var name = System.Text.Encoding.UTF8.GetString(raw.Name);
        var metric = isBirth ? null : name.Length > 0 ? birth?.ByName(name) : raw.Alias is { } alias ? birth?.ByAlias(alias) : null;
        if (metric is null && name.Length == 0)
        {
            if (isBirth) return fields.Reject(Rejection.Shape, "a birth has a metric without a name");
            unresolved++;
            return fields.Skip(Rejection.Shape, string.Create(CultureInfo.InvariantCulture, $"alias {raw.Alias} is in no birth"));
        }
        if (raw.Type == SparkplugType.Unknown && metric is not null) raw.Type = metric.Type;
        metric ??= new(name, raw.Type, raw.Unit.IsEmpty || !System.Text.Unicode.Utf8.IsValid(raw.Unit) ? null : System.Text.Encoding.UTF8.GetString(raw.Unit));
        if (isBirth) birth!.Add(metric, raw.Alias);
        if (raw.IsNull || !raw.HasValue) return true;
        if (!raw.TryValue(out var value, out var problem)) return fields.Skip(Rejection.Shape, $"{JsonMessage.Quote(metric.Name)} {problem}");
        Stamp? at = null;
        if ((raw.Milliseconds ?? sent) is { } milliseconds)
        {
            if (milliseconds > long.MaxValue / 1_000_000) return fields.Reject(Rejection.Stamp, $"{JsonMessage.Quote(metric.Name)} has a time that is no moment");
            at = new((long)milliseconds * 1_000_000);
        }
        return fields.Add(new(metric.Name, value, at, value.IsNumber ? metric.Unit : null, raw.IsHistorical));
    }

    private static ulong? BirthNumber(FieldList fields)
    {
        for (var i = 0; i < fields.Count; i++)
            if (fields[i] is { Path: "bdSeq", Value: { IsNumber: true, Number: var number } } && number.TryScale(0, out var whole) && whole >= 0) return (ulong)whole;
        return null;
    }

    private readonly record struct Header(ulong? Milliseconds, int? Sequence);

    private static bool ReadHeader(ReadOnlySpan<byte> payload, FieldList fields, out Header header)
    {
        header = default;
        var reader = new ProtobufReader(payload);
        while (reader.Next())
        {
            if (reader is { Field: 1, Wire: ProtobufWire.Varint }) header = header with { Milliseconds = reader.Bits };
            if (reader is { Field: 3, Wire: ProtobufWire.Varint })
            {
                if (reader.Bits > 255) return fields.Reject(Rejection.Sequence, "the sequence number is beyond 255");
                header = header with { Sequence = (int)reader.Bits };
            }
            if (reader is { Field: 4, Wire: ProtobufWire.Length } && reader.Bytes.SequenceEqual("SPBV1.0_COMPRESSED"u8)) return fields.Reject(Rejection.Shape, "the payload is compressed, which is not understood");
        }
        return !reader.IsBroken || fields.Reject(Rejection.Malformed, "the payload is no protocol buffer, or breaks off");
    }
}
