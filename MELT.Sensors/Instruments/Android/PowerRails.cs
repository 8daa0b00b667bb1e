using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Android;

/// <summary>
/// On-device power monitors of Pixel phones: energy counters of rails, in µWs since the channel was set up (format: drivers/iio/power/odpm.c of the
/// gs201 kernel, energy_value_show: <c>t=ms</c>, then <c>CH0(T=ms)[S1M_VDD_CPU], µWs</c>). A read makes the driver ask the chip, 1 to 2 ms of bus
/// time, so it is not sampled often; the driver answers reads that follow each other closely from memory, with the same t, and those are no readings.
/// </summary>
public sealed class PowerRails : IInstrument
{
    private const string Folder = "sys/bus/iio/devices";
    private readonly HostPlace _host;
    private readonly string _path;
    private readonly ImmutableArray<ChannelDescription> _channels;
    private long? _lastTime;

    private PowerRails(HostPlace host, string name, string path, ImmutableArray<ChannelDescription> channels) =>
        (_host, _path, _channels, Meter) = (host, path, channels, host.Meter(name));

    public MeterId Meter { get; }
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(250);
    public Movement Movement => Movement.Advances;

    public MeterDescription About => new()
    {
        Instrument = "Android ODPM",
        Kind = SensorKind.Accumulated,
        PeriodSeconds = Period.TotalSeconds,
        ClockDomain = _host.ClockDomain,
        Channels = _channels,
    };

    public static Found Find(HostPlace host, RailTopology topology, Action<string> notice)
    {
        var found = new Found([], []);
        foreach (var device in host.Tree.Names(Folder).Where(d => host.Tree.FileExists($"{Folder}/{d}/energy_value")))
        {
            var name = $"odpm-{Numbers.AsName(device.Split(':')[^1])}";
            var path = $"{Folder}/{device}/energy_value";
            found = found.And(!host.Tree.TryRead(path, out var text, out var reason) || !TryDecode(text, out _, out var rails, out reason)
                ? Found.None(name, "energy", $"power rails: {reason}")
                : Found.One(new PowerRails(host, name, path,
                    [.. topology.Of([.. rails.Select(r => r.Channel)], notice).Select(r => new ChannelDescription { Name = r.Label, Quantity = "energy", Unit = "J", Boundary = r.Boundary, Parent = r.Parent, Resolution = 1e-6 })])));
        }
        return found;
    }

    public Reading Read()
    {
        if (!_host.Tree.TryRead(_path, out var text, out var reason) || !TryDecode(text, out var time, out var rails, out reason)) return new Reading.Failed(reason!);
        if (time == _lastTime) return new Reading.Nothing();
        _lastTime = time;
        ImmutableArray<ChannelValue> values = [.. rails.Where(r => _channels.Any(c => c.Name == r.Channel))];
        return values.IsEmpty ? new Reading.Failed($"/{_path} tells none of the rails it told before") : new Reading.Taken(values);
    }

    public IInstrument Keep(IReadOnlySet<string> channels) => new PowerRails(_host, Meter.Name, _path, [.. _channels.Where(c => channels.Contains(c.Name))
        .Select(c => c.Parent is { } parent && !channels.Contains(parent) ? c with { Parent = null } : c)]);

    /// <summary>Decodes energy_value; joules by rail, and its own time in ms since boot.</summary>
    public static bool TryDecode(string text, out long time, out ImmutableArray<ChannelValue> rails, out string? reason)
    {
        (time, rails, reason) = (-1, [], null);
        var values = ImmutableArray.CreateBuilder<ChannelValue>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("t=", StringComparison.Ordinal) && Numbers.TryParse(line.AsSpan(2), out long at)) { time = at; continue; }
            var (open, close) = (line.IndexOf('['), line.LastIndexOf("],", StringComparison.Ordinal));
            if (!line.StartsWith("CH", StringComparison.Ordinal) || open < 0 || close < open + 2 || !Numbers.TryParse(line.AsSpan(close + 2).Trim(), out long microjoules) || microjoules < 0)
            {
                reason = $"a line of the power monitor is not as expected: {JsonMessage.Quote(line)}";
                return false;
            }
            var name = Numbers.AsName(line[(open + 1)..close]);
            values.Add(new(values.Any(v => v.Channel == name) ? $"{name}-{line[2..open].Split('(')[0]}" : name, microjoules, -6));
        }
        rails = values.ToImmutable();
        if (rails.IsEmpty) reason = "the power monitor tells no rail";
        else if (rails.Select(r => r.Channel).Distinct().Count() != rails.Length) reason = "the power monitor tells a rail twice";
        return reason is null;
    }
}
