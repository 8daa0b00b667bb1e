using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Actors.Replay;

namespace MELT.Host;

/// <summary>What this machine is, as text by key; recorded with every session that runs on it.</summary>
internal static class HostFacts
{
    public static ImmutableSortedDictionary<string, string> Gather()
    {
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>();
        facts["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        facts["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        facts["dotnet"] = Environment.Version.ToString();
        facts["kernel"] = RuntimeInformation.OSDescription;
        Line("/proc/cpuinfo", "model name", value => facts["processor"] = value);
        Line("/proc/meminfo", "MemTotal", value => facts["memory"] = value);
        Line("/etc/os-release", "PRETTY_NAME", value => facts["operating_system"] = value.Trim('"'));
        foreach (var file in new[] { "/sys/firmware/devicetree/base/model", "/sys/class/dmi/id/product_name" })
            if (File.Exists(file)) facts["model"] = File.ReadAllText(file).Trim('\0', '\n', ' ');
        return facts.ToImmutable();
    }

    /// <summary>The facts of the machine that ran an experiment, from its recording.</summary>
    public static ImmutableSortedDictionary<string, string> Of(Finding finding) =>
        finding.Experiment.Plan!.Sessions.FirstOrDefault()?.Header.DeviceFacts ?? ImmutableSortedDictionary<string, string>.Empty;

    private static void Line(string file, string key, Action<string> take)
    {
        if (!File.Exists(file)) return;
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        if (line?.Split([':', '='], 2) is [_, var value]) take(value.Trim());
    }
}
