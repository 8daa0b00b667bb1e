namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>How many threads llama.cpp runs on unless told otherwise: one per physical core this process may use, as its own programs do.</summary>
internal static class ProcessorCores
{
    public static int Count()
    {
        var allowed = Environment.ProcessorCount;
        const string Processors = "/sys/devices/system/cpu";
        if (!Directory.Exists(Processors)) { return allowed; }
        var cores = Directory.EnumerateDirectories(Processors, "cpu*")
            .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list")).Where(File.Exists)
            .Select(File.ReadAllText).Distinct(StringComparer.Ordinal).Count();
        return cores == 0 ? allowed : Math.Min(cores, allowed);
    }
}
