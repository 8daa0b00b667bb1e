using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>Time during which work waited for processors, memory or disk: the <c>total</c> counters of <c>/proc/pressure</c>.</summary>
public sealed class PressureStall : IInstrument
{
    // "full" of cpu is always zero for a whole machine.
    private static readonly (string File, string Line, string Channel)[] Counters =
    [
        ("cpu", "some", "cpu-some"), ("memory", "some", "memory-some"), ("memory", "full", "memory-full"), ("io", "some", "io-some"), ("io", "full", "io-full"),
    ];

    private readonly HostPlace _host;

    private PressureStall(HostPlace host) => (_host, Meter) = (host, host.Meter("pressure"));

    public MeterId Meter { get; }
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);
    public Movement Movement => Movement.None;          // nothing waits on an idle host

    public MeterDescription About => new()
    {
        Instrument = "Linux /proc/pressure",
        Kind = SensorKind.Accumulated,
        PeriodSeconds = Period.TotalSeconds,
        ClockDomain = _host.ClockDomain,
        Channels = [.. Counters.Select(c => new ChannelDescription { Name = c.Channel, Quantity = "pressure", Unit = "s", Resolution = 1e-6 })],
    };

    public static Found Find(HostPlace host)
    {
        if (!host.Tree.FolderExists("proc/pressure")) return Found.None("pressure", "pressure", "pressure stall: this kernel does not count it (psi=1 at boot turns it on)");
        var instrument = new PressureStall(host);
        return instrument.Read() is Reading.Failed failed ? Found.None("pressure", "pressure", $"pressure stall: {failed.Reason}") : Found.One(instrument);
    }

    public Reading Read()
    {
        var values = ImmutableArray.CreateBuilder<ChannelValue>(Counters.Length);
        foreach (var file in Counters.GroupBy(c => c.File))
        {
            if (!_host.Tree.TryRead($"proc/pressure/{file.Key}", out var text, out var reason)) return new Reading.Failed(reason);
            foreach (var (_, line, channel) in file)
            {
                if (!TryTotal(text, line, out var microseconds)) return new Reading.Failed($"/proc/pressure/{file.Key} has no total of {line}");
                values.Add(new(channel, microseconds, -6));
            }
        }
        return new Reading.Taken(values.MoveToImmutable());
    }

    private static bool TryTotal(string text, string line, out long total)
    {
        total = 0;
        var fields = text.Split('\n').FirstOrDefault(l => l.StartsWith(line + " ", StringComparison.Ordinal))?.Split(' ');
        return fields?.FirstOrDefault(f => f.StartsWith("total=", StringComparison.Ordinal)) is { } field && Numbers.TryParse(field.AsSpan(6), out total);
    }
}
