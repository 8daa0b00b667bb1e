namespace MELT.Devices.Preparation.Linux;

/// <summary>Where the kernel keeps the limits of a kind of clock, and in what unit.</summary>
internal sealed record ClockFamily(string What, string[] Folders, string Min, string Max, string Available, string? LowestOfHardware, string? HighestOfHardware, long HertzPerUnit)
{
    public static ClockFamily Processor { get; } = new("cpufreq policy", ["/sys/devices/system/cpu/cpufreq/policy*/"],
        "scaling_min_freq", "scaling_max_freq", "scaling_available_frequencies", "cpuinfo_min_freq", "cpuinfo_max_freq", 1_000);

    /// <summary>The names under which GPUs are found: Jetsons, Mali, Adreno. A plain <c>*gpu*</c> would also take Adreno's memory bus.</summary>
    public static ClockFamily Gpu { get; } = new("GPU in devfreq", [.. new[] { "*.gpu", "*.gp1[0-9]b", "*.gv1[0-9]b", "*.ga1[0-9]b", "*.gb1[0-9]b", "*.mali", "*kgsl-3d0" }.Select(name => $"/sys/class/devfreq/{name}/")],
        "min_freq", "max_freq", "available_frequencies", null, null, 1);
}
