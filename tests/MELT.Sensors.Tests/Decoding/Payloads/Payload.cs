using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Tests.Decoding.Payloads;

/// <summary>Shorthand for decoding in tests.</summary>
internal static class Payload
{
    public static readonly Stamp Arrived = new(1_760_000_000_123_456_789);

    public static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static PayloadResult Decode(string format, byte[] payload, string topic = "lab/x", PayloadState? state = null) =>
        PayloadFormats.Find(format).ShouldNotBeNull().Decode(new(topic, payload, Arrived), state);

    public static PayloadResult.Decoded Read(string format, string payload, string topic = "lab/x", PayloadState? state = null) =>
        Decode(format, Bytes(payload), topic, state).Understood();

    public static Rejection Refuse(string format, string payload, string topic = "lab/x") => Decode(format, Bytes(payload), topic).ShouldBeOfType<PayloadResult.Rejected>().Reason;

    public static PayloadResult.Decoded Understood(this PayloadResult result)
    {
        (result as PayloadResult.Rejected)?.Reason.Text.ShouldBeNull();
        return (PayloadResult.Decoded)result;
    }

    public static PayloadField Field(this PayloadResult.Decoded decoded, string path) => decoded.Fields.Where(f => f.Path == path).ShouldHaveSingleItem($"{path} among {string.Join(", ", decoded.Fields.Select(f => f.Path))}");

    /// <summary>Every field as <c>path=value unit@nanoseconds</c>, without what is not stated.</summary>
    public static string[] Lines(this PayloadResult.Decoded decoded) =>
        [.. decoded.Fields.Select(f => $"{f.Path}={f.Value}{(f.Unit is null ? "" : " " + f.Unit)}{(f.At is { } at ? $"@{at}" : "")}{(f.Historical ? " historical" : "")}")];
}
