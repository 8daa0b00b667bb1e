using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Devices;
using MELT.Devices.Time;

namespace MELT.Actors.Tests.Journal;

/// <summary>Events to try serializers and journals with.</summary>
public static class Sample
{
    public abstract record Event;
    public sealed record Named(string Name) : Event;
    public sealed record Counted(long Count) : Event;
    public sealed record Unregistered : Event;
    public sealed record Block(ImmutableArray<byte> Bytes) : Event;

    public enum Level { VeryLow, High }

    public sealed record Rich(
        SessionId Session, Stamp At, DeviceId? Device, Level Level, double Value, string? Note, ImmutableArray<Part> Parts,
        IReadOnlyDictionary<string, string> Settings, ImmutableDictionary<string, double> Levels, TimeSpan Length, DateTimeOffset Moment, int Added = 7) : Event
    {
        public int Calculated => Parts.Length;
    }

    public sealed record Part(SessionId Session, int? Index);

    public static Rich SomeRich => new(
        new("s-1"), new(1_772_366_400_000_000_001), new("phone"), Level.VeryLow, 0.1, null, [new(new("s-2"), null), new(new("s-3"), 4)],
        new Dictionary<string, string> { ["zeta"] = "1", ["alpha"] = "µ\"" }, ImmutableDictionary<string, double>.Empty.Add("b", double.NaN).Add("a", 1e21).Add("c", -0.0),
        TimeSpan.FromMilliseconds(1500), new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2)));

    public static IEnumerable<EventFormat> Formats =>
    [
        EventFormat.Json<Named>("sample.named.v1"),
        EventFormat.Json<Counted>("sample.counted.v1"),
        EventFormat.Binary("sample.block.v1", (Block b) => [.. b.Bytes], bytes => new Block([.. bytes])),
    ];

    public static IEnumerable<EventFormat> AllFormats =>
    [
        .. Formats,
        EventFormat.Json<Rich>("sample.rich.v1"),
        EventFormat.FormerJson<FormerNamed, Named>("sample.called.v1", old => new(old.Called)),
    ];

    public sealed record FormerNamed(string Called);
}
