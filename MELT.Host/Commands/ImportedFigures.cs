using System.Collections.Immutable;
using MELT.Host.Reports;
using MELT.Sensors.Import;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary>What was read and left out of a record, and its published numbers beside ours.</summary>
internal static class ImportedFigures
{
    private const int Most = 20;

    public static void Show(ImportedRow row, IAnsiConsole console)
    {
        ShowParts(row.Folder, row.Read ?? [], row.Rejected ?? []);
        if (row.Figures is not { } figures) return;
        Surroundings.Say($"\n{row.Name}");
        TerminalReport.Figures(figures, console);
    }

    public static void ShowParts(string folder, ImmutableArray<ReadPart> read, ImmutableArray<RejectedPart> rejected)
    {
        if (!read.IsEmpty) Surroundings.Say($"\nread of {folder}");
        foreach (var part in read) Surroundings.Say($"  {part.File}: {Format.Count(part.Items)} {part.What}");
        if (!rejected.IsEmpty) Surroundings.Say($"left out of {folder}");
        foreach (var part in rejected.Take(Most)) Surroundings.Say($"  {part}");
        if (rejected.Length > Most) Surroundings.Say($"  and {Format.Count(rejected.Length - Most)} more; --json has them");
    }
}
