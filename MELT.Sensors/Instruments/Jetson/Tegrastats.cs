using System.Collections.Immutable;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Jetson;

/// <summary>The meter that tegrastats is. Its channels are those of its first line, so that a series never changes what it holds.</summary>
public sealed class Tegrastats : IFrameDecoder
{
    private readonly ImmutableHashSet<string> _channels;

    public Tegrastats(HostPlace host, TimeSpan period, ImmutableArray<TegraValue> first, RailTopology topology, Action<string> notice)
    {
        Meter = host.Meter("tegrastats");
        var labels = first.Where(v => v.Channel.Quantity == "power").Select(v => v.Channel.Name).ToList();
        var rails = topology.Of(labels, notice).ToDictionary(r => r.Label);
        About = new()
        {
            Instrument = "tegrastats",
            Kind = SensorKind.Instantaneous,
            PeriodSeconds = period.TotalSeconds,
            ClockDomain = host.ClockDomain,
            Channels = [.. first.Select(v => rails.TryGetValue(v.Channel.Name, out var rail) ? v.Channel with { Boundary = rail.Boundary, Parent = rail.Parent } : v.Channel)],
        };
        _channels = [.. About.Channels.Select(c => c.Name)];
    }

    public MeterId Meter { get; }
    public MeterDescription About { get; }

    public Reading Decode(ImmutableArray<string> lines)
    {
        if (lines.IsEmpty) return new Reading.Nothing();
        if (!TegrastatsLine.TryDecode(lines[^1], out var values, out var reason)) return new Reading.Failed(reason!);
        return new Reading.Taken([.. values.Where(v => v.Value is not null && _channels.Contains(v.Channel.Name)).Select(v => new ChannelValue(v.Channel.Name, v.Value!.Value))]);
    }
}
