using System.Globalization;

namespace MELT.Host.Configuration;

/// <summary>Judges whether a machine can measure, and what would disturb it; pure, the facts come from <see cref="DoctorSurvey"/>.</summary>
public static class Doctor
{
    private static readonly TimeSpan SlowFsync = TimeSpan.FromMilliseconds(20);

    /// <summary>Every check, in the order in which people read them.</summary>
    public static IReadOnlyList<DoctorCheck> Judge(DoctorFacts facts) =>
    [
        Dotnet(facts), Processors(facts), Memory(facts), Swap(facts), DataFolder(facts), Disk(facts), Fsync(facts),
        Probe("llama.cpp", facts.NativeLibrary, DoctorStatus.Fail, "Run npm ci in MELT.Devices, or name the folder of libllama.so in MELT_LLAMA_PATH."),
        Probe("broker", facts.Broker, DoctorStatus.Fail, "Choose another address or port with melt.broker in hocon/melt.conf, or start the broker named there."),
        .. facts.BrokerAccess is { } access ? [access] : Array.Empty<DoctorCheck>(),
        Clock(facts), Governor(facts), Turbo(facts),
        .. facts.Meters.Select(meter => Probe(meter.Key, meter.Value, DoctorStatus.Warn,
            "Without it there is no measured energy or heat here; connect a meter over MQTT, or let a plan allow estimates.")),
    ];

    private static DoctorCheck Dotnet(DoctorFacts facts) => facts.Dotnet.Major >= 10
        ? new(".NET", DoctorStatus.Ok, $".NET {facts.Dotnet}")
        : new(".NET", DoctorStatus.Fail, $".NET {facts.Dotnet} is older than 10", "Install the .NET SDK 10.");

    private static DoctorCheck Processors(DoctorFacts facts)
    {
        if (facts.Load is not { } load) return new("processors", DoctorStatus.Ok, Text($"{facts.Cores} processors; their load is not readable here"));
        var text = Text($"{facts.Cores} processors, {load:0.00} processes running or waiting in the last minute");
        return load > 0.5 * facts.Cores
            ? new("processors", DoctorStatus.Warn, text, "End other programs before measuring: they take time and energy that would be counted as the model's.")
            : new("processors", DoctorStatus.Ok, text);
    }

    private static DoctorCheck Memory(DoctorFacts facts)
    {
        if (facts is not { MemoryBytes: { } all, AvailableBytes: { } free }) return new("memory", DoctorStatus.Warn, "not readable here", "Watch yourself that the model fits into memory.");
        var text = Text($"{Size(free)} of {Size(all)} available");
        return free < 512L << 20 ? new("memory", DoctorStatus.Warn, text, "Free some memory, or choose a model that is smaller than what is available.") : new("memory", DoctorStatus.Ok, text);
    }

    private static DoctorCheck Swap(DoctorFacts facts) => facts switch
    {
        { SwapBytes: null or 0 } => new("swap", DoctorStatus.Ok, "none in use"),
        { SwapUsedBytes: > 0 and var used } => new("swap", DoctorStatus.Warn, $"{Size(used)} in use", "Run swapoff -a while measuring: a model that is swapped measures the disk."),
        { SwapBytes: var all } => new("swap", DoctorStatus.Ok, $"{Size(all.Value)}, none in use"),
    };

    private static DoctorCheck DataFolder(DoctorFacts facts) => facts.DataFolderRefusal is { } refusal
        ? new("data folder", DoctorStatus.Fail, $"{facts.DataFolder} is not writable: {refusal}", "Choose a folder you may write to with --data DIR or MELT_DATA.")
        : new("data folder", DoctorStatus.Ok, $"{facts.DataFolder} is writable");

    private static DoctorCheck Disk(DoctorFacts facts)
    {
        if (facts.DiskFreeBytes is not { } free) return new("disk space", DoctorStatus.Warn, "not readable here", "See yourself that the disk of the data folder has room.");
        var text = $"{Size(free)} free at {facts.DataFolder}";
        if (free < facts.DiskReserveBytes) return new("disk space", DoctorStatus.Fail, text, $"Free some space: runs keep {Size(facts.DiskReserveBytes)} (melt.disk-reserve) untouched.");
        return free < facts.DiskReserveBytes + (1L << 30) ? new("disk space", DoctorStatus.Warn, text, "Free some space before long recordings or large synthetic models.") : new("disk space", DoctorStatus.Ok, text);
    }

    private static DoctorCheck Fsync(DoctorFacts facts)
    {
        if (facts.Fsyncs.Count == 0) return new("fsync", DoctorStatus.Warn, "not measured: nothing could be written", "Make the data folder writable.");
        var sorted = facts.Fsyncs.Order().ToArray();
        var (middle, longest) = (sorted[sorted.Length / 2], sorted[^1]);
        var text = Text($"{sorted.Length} writes reached the disk in {middle.TotalMilliseconds:0.00} ms (median), {longest.TotalMilliseconds:0.00} ms at most");
        return middle > SlowFsync
            ? new("fsync", DoctorStatus.Warn, text, "Put the data folder on a faster disk: a reading is acknowledged only once it has reached it.")
            : new("fsync", DoctorStatus.Ok, text);
    }

    private static DoctorCheck Clock(DoctorFacts facts) => facts.ClockSource switch
    {
        null => new("clock", DoctorStatus.Warn, "the kernel's clock source is not readable", "Compare time stamps with an outside clock before trusting differences below a millisecond."),
        var source when source is "tsc" or "kvm-clock" or "arch_sys_counter" or "hyperv_clocksource_tsc_page" => new("clock", DoctorStatus.Ok, $"clock source {source}"),
        var source => new("clock", DoctorStatus.Warn, $"clock source {source}", "Switch to tsc where the processor allows it: other sources are slow to read and coarse."),
    };

    private static DoctorCheck Governor(DoctorFacts facts)
    {
        var governors = facts.Governors.Distinct().Order(StringComparer.Ordinal).ToArray();
        var text = $"frequency governor {string.Join(" and ", governors)}";
        return governors switch
        {
            [] => new("governor", DoctorStatus.Ok, "no frequency governor is visible here"),
            ["performance"] => new("governor", DoctorStatus.Ok, text),
            _ => new("governor", DoctorStatus.Warn, text, "Choose performance (cpupower frequency-set -g performance) for repeatable speed, or measure as it is and say so."),
        };
    }

    private static DoctorCheck Turbo(DoctorFacts facts) => facts.Turbo switch
    {
        null => new("turbo", DoctorStatus.Ok, "no turbo switch is visible here"),
        false => new("turbo", DoctorStatus.Ok, "off"),
        true => new("turbo", DoctorStatus.Warn, "on", "Turn turbo off for repeatable speed: it gives way as the processor warms up."),
    };

    private static DoctorCheck Probe(string name, DoctorProbe probe, DoctorStatus otherwise, string remedy) =>
        probe.Works ? new(name, DoctorStatus.Ok, probe.Text) : new(name, otherwise, probe.Text, remedy);

    private static string Size(long bytes) => bytes >= 1L << 30 ? Text($"{bytes / (double)(1L << 30):0.0} GiB") : Text($"{bytes / (double)(1L << 20):0} MiB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
