using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Links;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Instruments.Nvidia;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>Finds the programs of a device that print readings: tegrastats, nvidia-smi, and Android's services by dumpsys.</summary>
internal static class DevicePrograms
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100), Seldom = TimeSpan.FromSeconds(5), Rarely = TimeSpan.FromSeconds(10);

    public static async Task<(ImmutableArray<IReadingSource> Usable, ImmutableArray<RefusedInstrument> Refused)> FindAsync(
        ILink link, DeviceProbe probe, HostPlace host, RailTopology rails, DeviceSettings settings, ImmutableArray<IInstrument> files, Action<string> notice, CancellationToken stop)
    {
        var usable = ImmutableArray.CreateBuilder<IReadingSource>();
        var refused = ImmutableArray.CreateBuilder<RefusedInstrument>();
        TimeSpan Period(string meter, TimeSpan own) => settings.PeriodOf(meter, own);

        if (probe.Programs.Contains("tegrastats"))
        {
            var period = Period("tegrastats", Often);
            if (files.Any(i => i.Meter.Name == "rails")) notice("tegrastats is not used, since the power monitors it reads are read themselves");
            else await TryAsync("tegrastats", "power", string.Create(CultureInfo.InvariantCulture, $"tegrastats --interval {period.TotalMilliseconds:0}"), true, period,
                lines => TegrastatsLine.TryDecode(lines.LastOrDefault(""), out _, out var reason) ? null : reason,
                lines => TegrastatsLine.TryDecode(lines[^1], out var values, out _) ? new Tegrastats(host, period, values, rails, notice) : throw new System.Diagnostics.UnreachableException());
        }
        if (probe.Programs.Contains("nvidia-smi")) await NvidiaAsync();
        if (probe.Programs.Contains("dumpsys"))
        {
            var quirk = settings.Battery ?? BatteryQuirks.Of(probe.Facts, _ => { });
            quirk = files.Any(i => i is Battery) ? null : quirk;      // the gauge itself is read
            ImmutableArray<ChannelValue> values = [];
            var (battery, thermal) = (Period("battery-service", Seldom), Period("thermal-service", Seldom));
            await TryAsync("battery-service", "temperature", "dumpsys battery", false, battery,
                lines => BatteryDump.TryDecode(lines, quirk, out values, out var reason) ? null : reason, _ => new BatteryDump(host, battery, quirk, values));
            await TryAsync("thermal-service", "temperature", "dumpsys thermalservice", false, thermal,
                lines => ThermalDump.TryDecode(lines, out values, out var reason) ? null : reason, _ => new ThermalDump(host, thermal, values));
        }
        return (usable.ToImmutable(), refused.ToImmutable());

        async Task TryAsync(string name, string quantity, string program, bool endless, TimeSpan period, Func<ImmutableArray<string>, string?> problem, Func<ImmutableArray<string>, IFrameDecoder> decoder)
        {
            var (first, reason) = await ProgramSource.FirstAsync(link, probe.Shell, program, endless, period, problem, stop);
            if (first is { } lines) usable.Add(new ProgramSource(link, probe.Shell, program, endless, period, decoder(lines)));
            else refused.Add(new(name, quantity, "no-sensor", $"{program.Split(' ')[0]}: {reason}"));
        }

        async Task NvidiaAsync()
        {
            var period = Period("nvidia-smi", Often);
            var (decoder, fields, reason) = await NvidiaSmi.AskAsync(host, async program => (await link.RunAsync(LinkCommand.Shell($"{DeviceShell.Preamble(probe.Shell.Place)}\n{program} 2>&1"), stop)).Output);
            if (decoder is null) refused.Add(new("nvidia-smi", "power", "no-sensor", $"nvidia-smi: {reason}"));
            else usable.Add(new ProgramSource(link, probe.Shell, NvidiaSmi.Program(fields, period), true, period, decoder));
        }
    }

    /// <summary>Memory of a process whose files cannot be read, where Android's service tells it.</summary>
    public static async Task<(ImmutableArray<IReadingSource> Usable, ImmutableArray<RefusedInstrument> Refused)> MemoryAsync(
        ILink link, DeviceProbe probe, DevicePlace place, int processId, DeviceSettings settings, CancellationToken stop)
    {
        if (!probe.Programs.Contains("dumpsys")) return ([], []);
        var (program, period) = (string.Create(CultureInfo.InvariantCulture, $"dumpsys meminfo {processId}"), settings.PeriodOf(MemoryDump.Name, Rarely));
        var (first, reason) = await ProgramSource.FirstAsync(link, probe.Shell, program, false, period, lines => MemoryDump.TryDecode(lines, out _, out var problem) ? null : problem, stop);
        return first is null
            ? ([], [new(MemoryDump.Name, "memory", "no-sensor", $"dumpsys meminfo: {reason}")])
            : ([new ProgramSource(link, probe.Shell, program, false, period, new MemoryDump(new(probe.Tree, place.Device, place.ClockDomain), period))], []);
    }
}
