using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Clock frequency of the processors: cpufreq of <c>/sys</c> (one channel per policy), else <c>/proc/cpuinfo</c>.
/// A constant cpufreq is believed (a locked clock is worth recording); a constant cpuinfo is a virtual machine telling its nominal clock, and is not.
/// </summary>
public sealed class ProcessorFrequency : IInstrument
{
    private const string Policies = "sys/devices/system/cpu/cpufreq";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly HostPlace _host;

    private ProcessorFrequency(HostPlace host) => (_host, Meter) = (host, host.Meter("frequency"));

    public MeterId Meter { get; }
    public TimeSpan Period => Every;
    public Movement Movement => Movement.Changes;

    public MeterDescription About => Describe(_host, "Linux /proc/cpuinfo") with
    {
        Channels = Read() is Reading.Taken taken ? [.. taken.Values.Select(v => Channel(v.Channel, 1))] : [],
    };

    public static Found Find(HostPlace host)
    {
        var policies = host.Tree.Names(Policies).Where(p => p.StartsWith("policy", StringComparison.Ordinal) && host.Tree.TryReadNumber($"{Policies}/{p}/scaling_cur_freq", out _, out _));
        ImmutableArray<FileChannel> channels = [.. policies.Select(p => new FileChannel(Channel(p, 1000), $"{Policies}/{p}/scaling_cur_freq", 3))];
        if (!channels.IsEmpty) return Found.One(new FileInstrument(host.Tree, host.Meter("frequency"), Describe(host, "Linux cpufreq"), Every, Movement.None, channels));
        var cpuinfo = new ProcessorFrequency(host);
        return cpuinfo.Read() is Reading.Taken ? Found.One(cpuinfo) : Found.None("frequency", "frequency", "processor frequency: neither cpufreq nor /proc/cpuinfo tells it");
    }

    public Reading Read()
    {
        if (!_host.Tree.TryRead("proc/cpuinfo", out var text, out var reason)) return new Reading.Failed(reason);
        var values = ImmutableArray.CreateBuilder<ChannelValue>();
        foreach (var line in text.Split('\n').Where(l => l.StartsWith("cpu MHz", StringComparison.Ordinal)))
        {
            if (!Numbers.TryParse(line.AsSpan(line.IndexOf(':') + 1).Trim(), out ExactDecimal megahertz)) return new Reading.Failed("/proc/cpuinfo has a cpu MHz that is no number");
            values.Add(new($"cpu{values.Count}", megahertz.Times(6)));
        }
        return values.Count > 0 ? new Reading.Taken(values.ToImmutable()) : new Reading.Failed("/proc/cpuinfo has no cpu MHz");
    }

    private static MeterDescription Describe(HostPlace host, string instrument) =>
        new() { Instrument = instrument, Kind = SensorKind.Instantaneous, PeriodSeconds = Every.TotalSeconds, ClockDomain = host.ClockDomain };

    private static ChannelDescription Channel(string name, double resolution) => new() { Name = name, Quantity = "frequency", Unit = "Hz", Resolution = resolution };
}
