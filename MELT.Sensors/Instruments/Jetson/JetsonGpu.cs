using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Jetson;

/// <summary>
/// Load of a Jetson's GPU, which sysfs tells in thousandths (rbonghi/jetson_stats, commaai and others read it so), and its frequency by devfreq (Hz).
/// How long the load is averaged is not told.
/// </summary>
public static class JetsonGpu
{
    private const string Platform = "sys/devices/platform", Devfreq = "sys/class/devfreq";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    public static Found Find(HostPlace host)
    {
        var load = Loads(host.Tree).FirstOrDefault(path => host.Tree.TryReadNumber(path, out var n, out _) && n.TryScale(0, out var thousandths) && thousandths is >= 0 and <= 1000);
        if (load is null) return Found.None("gpu", "utilization", "GPU load: no GPU tells it in sysfs");
        var channels = ImmutableArray.Create(new FileChannel(new() { Name = "utilization", Quantity = "utilization", Unit = "1", Resolution = 0.001 }, load, -3));
        var frequency = host.Tree.Names(Devfreq).Where(IsGpu).Select(n => $"{Devfreq}/{n}/cur_freq").FirstOrDefault(p => host.Tree.TryReadNumber(p, out _, out _));
        if (frequency is not null) channels = channels.Add(new(new() { Name = "frequency", Quantity = "frequency", Unit = "Hz", Kind = SensorKind.Instantaneous }, frequency, 0));
        var about = new MeterDescription { Instrument = "Jetson GPU by sysfs", Kind = SensorKind.Averaged, PeriodSeconds = Period.TotalSeconds, ClockDomain = host.ClockDomain };
        return Found.One(new FileInstrument(host.Tree, host.Meter("gpu"), about, Period, Movement.None, channels));
    }

    private static IEnumerable<string> Loads(IHostTree tree) =>
        ((string[])["sys/devices/gpu.0/load"])
            .Concat(tree.Names(Platform).Where(IsGpu).Select(n => $"{Platform}/{n}/load"))
            .Concat(tree.Names($"{Platform}/bus@0").Where(IsGpu).Select(n => $"{Platform}/bus@0/{n}/load"));

    // gpu.0, 17000000.gpu, 17000000.ga10b, 57000000.gpu, 17000000.gv11b, 17000000.gp10b
    private static bool IsGpu(string name) => name.StartsWith("gpu", StringComparison.Ordinal) || (name.Split('.') is [_, var kind] && (kind == "gpu" || kind is ['g', 'a' or 'v' or 'p' or 'm', ..]));
}
