using System.Globalization;

namespace MELT.Sensors.Instruments;

/// <summary>What <c>/proc/PID/stat</c> tells of a process.</summary>
internal abstract record ProcessStat
{
    public sealed record Alive(long Ticks) : ProcessStat;
    public sealed record Ended(string Reason) : ProcessStat;
    public sealed record Unreadable(string Reason) : ProcessStat;
}

/// <summary>The files of one process. A number that is used again belongs to another process: the start time tells them apart.</summary>
internal sealed class ProcessFiles(IHostTree tree, int processId)
{
    private long? _started;

    public string Folder { get; } = string.Create(CultureInfo.InvariantCulture, $"proc/{processId}");

    public ProcessStat ReadStat()
    {
        if (!tree.TryRead($"{Folder}/stat", out var text, out var reason))
        {
            // The file of a process that ends while it is being read answers "no such process".
            return tree.FileExists($"{Folder}/stat") || tree.FolderExists($"{Folder}/stat") ? new ProcessStat.Unreadable(reason) : new ProcessStat.Ended($"process {processId} has ended");
        }
        // The name stands in parentheses and may itself hold any character, so fields are counted from the last one: state is field 3.
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20 || !Numbers.TryParse(fields[11], out long user) || !Numbers.TryParse(fields[12], out long system) || !Numbers.TryParse(fields[19], out long started))
        {
            return new ProcessStat.Unreadable($"/{Folder}/stat is not as expected");
        }
        if (fields[0] is "Z" or "X" || (_started ??= started) != started) return new ProcessStat.Ended($"process {processId} has ended");
        return new ProcessStat.Alive(user + system);
    }
}
