using System.Collections.Immutable;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// One channel that is one file holding one number: value = number × 10^<see cref="Exponent"/>.
/// <see cref="Range"/>: the counter starts again behind this number, and is unwrapped.
/// <see cref="Floor"/>: what reads so low, or not at all, is switched off for now, and only this channel is left out.
/// <see cref="Told"/>: the unit of the file; a value that no sensor reads, or none at all, leaves only this channel out.
/// </summary>
internal sealed record FileChannel(ChannelDescription Description, string Path, int Exponent, long? Range = null, long? Floor = null, PayloadUnit? Told = null);

/// <summary>An instrument whose channels are files of the kernel: temperatures, energy counters, frequencies.</summary>
internal sealed class FileInstrument(IHostTree tree, MeterId meter, MeterDescription about, TimeSpan period, Movement movement, ImmutableArray<FileChannel> channels) : IInstrument
{
    private readonly Unwrapper?[] _counters = [.. channels.Select(c => c.Range is { } range ? new Unwrapper(range) : null)];

    public MeterId Meter { get; } = meter;
    public MeterDescription About { get; } = about with { Channels = [.. channels.Select(c => c.Description)] };
    public TimeSpan Period { get; } = period;
    public Movement Movement { get; } = movement;

    public Reading Read()
    {
        var values = ImmutableArray.CreateBuilder<ChannelValue>(channels.Length);
        string? failure = null;
        for (var i = 0; i < channels.Length; i++)
        {
            if (!tree.TryReadNumber(channels[i].Path, out var number, out var reason))
            {
                if (channels[i] is { Floor: null, Told: null }) return new Reading.Failed(reason);
                failure ??= reason;
                continue;
            }
            if (channels[i].Told is { } unit && Plausibility.Check(number, unit) is { } implausible)
            {
                failure ??= $"/{channels[i].Path}: {implausible.Text}";
                continue;
            }
            if (channels[i].Floor is { } floor && number.ToDouble() <= floor) continue;
            if (_counters[i] is { } counter)
            {
                if (!number.TryScale(0, out var raw) || !counter.TryAdd(raw, out var total)) return new Reading.Failed($"/{channels[i].Path} holds {number}, outside its range of 0 to {counter.Range}");
                number = new(total, 0);
            }
            values.Add(new(channels[i].Description.Name, number.Times(channels[i].Exponent)));
        }
        return values.Count > 0 ? new Reading.Taken(values.ToImmutable()) : failure is null ? new Reading.Nothing() : new Reading.Failed(failure);
    }

    public IInstrument Keep(IReadOnlySet<string> kept) => new FileInstrument(tree, Meter, About, Period, Movement,
        [.. channels.Where(c => kept.Contains(c.Description.Name)).Select(c => c with
        {
            Description = c.Description.Parent is { } parent && !kept.Contains(parent) ? c.Description with { Parent = null } : c.Description,
        })]);
}

/// <summary>Makes a counter that starts again behind its range into one that only grows. Two wraps between two readings cannot be seen.</summary>
internal sealed class Unwrapper(long range)
{
    private long? _last;
    private long _wrapped;

    public long Range { get; } = range;

    public bool TryAdd(long raw, out long total)
    {
        total = 0;
        if (raw < 0 || raw > Range) return false;
        if (raw < _last) _wrapped += Range;
        _last = raw;
        total = _wrapped + raw;
        return true;
    }
}
