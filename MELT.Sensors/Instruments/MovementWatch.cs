using System.Collections.Immutable;

namespace MELT.Sensors.Instruments;

/// <summary>Looks at an instrument again and again until each of its channels has done what its <see cref="Movement"/> asks; what never did is refused.</summary>
internal sealed class MovementWatch
{
    private readonly IInstrument _instrument;
    private readonly Reading? _first;
    private readonly HashSet<string> _still = [];

    /// <summary>Takes the first look, where movement is asked for.</summary>
    public MovementWatch(IInstrument instrument)
    {
        _instrument = instrument;
        if (instrument.Movement == Movement.None) return;
        _first = instrument.Read();
        _still = [.. instrument.About.Channels.Select(c => c.Name)];
    }

    /// <summary>Nothing is left to be seen.</summary>
    public bool IsDecided => _still.Count == 0 || _first is not Reading.Taken;

    public void Look()
    {
        if (_first is not Reading.Taken before || _instrument.Read() is not Reading.Taken now) return;
        foreach (var (channel, value) in now.Values)
        {
            if (!_still.Contains(channel) || before.Values.FirstOrDefault(v => v.Channel == channel) is not { Channel: not null } old) continue;
            if (_instrument.Movement == Movement.Advances ? value.ToDouble() > old.Value.ToDouble() : value != old.Value) _still.Remove(channel);
        }
    }

    /// <summary>The instrument with the channels that moved, and the others with their reasons.</summary>
    public Found Verdict(TimeSpan patience)
    {
        if (_instrument.Movement == Movement.None) return Found.One(_instrument);
        var about = _instrument.About;
        if (_first is Reading.Failed failed) return Found.None(_instrument.Meter.Name, about.Channels[0].Quantity!, failed.Reason);
        ImmutableArray<RefusedInstrument> refused = [.. about.Channels.Where(c => _still.Contains(c.Name)).Select(c => new RefusedInstrument(
            $"{_instrument.Meter.Name}/{c.Name}", c.Quantity!, "sensor-never-moved", $"{about.Instrument}, {c.Name}: the {c.Quantity} did not move in {patience.TotalSeconds:0} s"))];
        var moving = about.Channels.Select(c => c.Name).Where(n => !_still.Contains(n)).ToHashSet();
        return new(moving.Count == 0 ? [] : _still.Count == 0 ? [_instrument] : [_instrument.Keep(moving)], refused);
    }
}
