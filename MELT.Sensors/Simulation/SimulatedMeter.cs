using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Devices.Simulation;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Simulation;

/// <summary>
/// A meter that does not exist, watching a device that does not exist. Its oscillator ticks regularly by its own clock; its stamps, numbers and errors are its own.
/// The same seed, asked for the same intervals, gives the same readings. Not safe for two threads at once.
/// </summary>
public sealed class SimulatedMeter
{
    private readonly SimulatedChannel[] _channels;
    private readonly SimulatedClock _clock;
    private readonly SimulatedDevice _device;
    private readonly BoundaryView _view;
    private readonly Stamp _epoch;
    private readonly long _seed, _phase, _period, _latency, _window, _beforeStamp;
    private long _tick, _numbered;

    /// <param name="epoch">Host time at which the meter was switched on; it samples from then on.</param>
    /// <param name="firstNumber">Number of its first reading. Readings are known by their numbers, so a meter that is switched on again goes on behind its last.</param>
    public SimulatedMeter(MeterProfile profile, long seed, SimulatedDevice source, Stamp epoch, long firstNumber = 1)
    {
        (Profile, _seed, _device, _epoch, _numbered) = (profile, seed, source, epoch, firstNumber - 1);
        _view = new(source, profile.Boundary ?? "", profile.Efficiency, profile.StandbyWatts);
        _period = (long)Math.Round(profile.PeriodSeconds * 1e9);
        _window = (long)Math.Round(profile.WindowSeconds * 1e9);
        _beforeStamp = profile.StampPosition switch { StampPosition.Start => 0, StampPosition.Centre => _window / 2, _ => _window };
        var own = Stream("meter");
        _phase = (long)(own.Uniform() * _period);
        _latency = (long)Math.Round((profile.LatencySeconds + own.Normal() * profile.LatencyUncertaintySeconds) * 1e9);
        _clock = new(profile.Clock, Stream("clock"), epoch);
        _channels = [.. profile.Channels.Select(channel => new SimulatedChannel(channel, Stream("channel " + channel.Name)))];
    }

    public MeterProfile Profile { get; }
    public IReadOnlyList<SimulatedChannel> Channels => _channels;
    public SimulatedClock Clock => _clock;
    public BoundaryView View => _view;

    /// <summary>What there is to find at each boundary this meter sees: the sum of its channels there, those left out that another one contains.</summary>
    public IEnumerable<BoundaryView> Views => Profile.Channels.Where(channel => channel.TellsEnergy).GroupBy(channel => channel.Boundary ?? _view.Boundary)
        .Select(seen => seen.Where(channel => !seen.Any(other => other.Name == channel.Parent)).ToList())
        .Select(top => Seen(top[0].Boundary ?? _view.Boundary, top.Sum(channel => channel.Share), top.Sum(channel => channel.Watts)));

    public string ClockDomain => string.Create(CultureInfo.InvariantCulture, $"sim-{Profile.Name}-{_seed}");

    public MeterDescription Describe() => new()
    {
        Instrument = Profile.Instrument,
        Kind = Profile.Kind,
        PeriodSeconds = Profile.PeriodSeconds,
        WindowSeconds = Profile.Kind == SensorKind.Averaged ? Profile.WindowSeconds : null,
        StampPosition = Profile.Kind == SensorKind.Averaged ? Profile.StampPosition : null,
        LatencySeconds = Profile.LatencySeconds,
        LatencyUncertaintySeconds = Profile.LatencyUncertaintySeconds,
        ClockDomain = Profile.Clock.Known ? ClockDomain : null,
        Simulated = true,
        Channels = [.. _channels.Select(channel => channel.Describe(Profile.Boundary, "simulated profile " + Profile.Name))],
    };

    /// <summary>Readings completed in [<paramref name="from"/>, <paramref name="to"/>) of host time, in blocks of at most the profile's size. Intervals are asked for in rising order.</summary>
    public IEnumerable<SampleBlock> Sample(Stamp from, Stamp to)
    {
        var windowAfterStamp = Profile.Kind == SensorKind.Averaged ? _window - _beforeStamp : 0;
        _tick = Math.Max(_tick, TickFrom(from + -windowAfterStamp));
        for (var last = TickFrom(to + -windowAfterStamp); _tick < last;) yield return Block((int)Math.Min(last - _tick, Profile.BlockSamples));
    }

    /// <summary>None of a clock that nobody knows.</summary>
    public IReadOnlyList<ClockExchange> Probe(Stamp at) => Profile.Clock.Known ? _clock.Probe(at) : [];

    /// <summary>Number of the last reading taken.</summary>
    public long LastNumber => _numbered;

    private SampleBlock Block(int count)
    {
        var stamps = new long[count];
        var columns = _channels.Select(_ => new long[count]).ToArray();
        for (var i = 0; i < count; i++, _tick++)
        {
            var (own, host) = _clock.After(_phase + _tick * _period);
            stamps[i] = own.Nanoseconds;
            var at = host + -_latency;
            var watts = Watts(at);
            for (var c = 0; c < columns.Length; c++) columns[c][i] = _channels[c].Read(Truth(_channels[c].Profile, watts, at), _channels[c].Profile.Quantity == "energy" ? (at - _epoch) * 1e-9 : 1);
        }
        var first = _numbered + 1;
        _numbered += count;
        return new(new(first, _numbered), false, ImmutableCollectionsMarshal.AsImmutableArray(stamps),
            [.. columns.Select((column, c) => new SampleColumn(_channels[c].Profile.Name, _channels[c].Profile.Grid, ImmutableCollectionsMarshal.AsImmutableArray(column)))]);
    }

    /// <summary>True power that a reading stamped at this moment speaks of: of the moment, or the mean over its window.</summary>
    private double Watts(Stamp at)
    {
        if (Profile.Kind != SensorKind.Averaged) return _view.PowerAt(at);
        var begin = at + -_beforeStamp;
        return _view.EnergyJoules(begin, begin + _window) / Profile.WindowSeconds;
    }

    private double Truth(ChannelProfile channel, double watts, Stamp at) => channel.Quantity switch
    {
        "voltage" => Profile.SupplyVolts,
        "current" => (watts * channel.Share + channel.Watts) / Profile.SupplyVolts,
        "energy" => Seen("", channel.Share, channel.Watts).EnergyJoules(_epoch, at),
        "temperature" => _device.CelsiusAt(at),
        "memory" => _device.MemoryBytesAt(at),
        _ => watts * channel.Share + channel.Watts,
    };

    private BoundaryView Seen(string boundary, double share, double watts) =>
        new(_device, boundary, Profile.Efficiency / share, Profile.StandbyWatts * share + watts);

    /// <summary>First tick at or after a moment of the host's clock.</summary>
    private long TickFrom(Stamp host)
    {
        var tick = Math.Max(0, (_clock.Elapsed(host) - _phase) / _period - 1);
        while (_clock.After(_phase + tick * _period).Host < host) tick++;
        return tick;
    }

    private SeededRandom Stream(string name) => new(_seed, Profile.Name + " " + name);
}
