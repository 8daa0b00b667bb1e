using MELT.Host.Reports;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary>What was read and left out of a record, and its published numbers beside ours.</summary>
internal static class ImportedFigures
{
    private const int Most = 20;

    public static void Show(ImportedRow row, IAnsiConsole console)
    {
        if (row.Read is { IsEmpty: false } read)
        {
            Surroundings.Say($"\nread of {row.Folder}");
            foreach (var part in read) Surroundings.Say($"  {part.File}: {Format.Count(part.Items)} {part.What}");
        }
        if (row.Rejected is { IsEmpty: false } rejected)
        {
            Surroundings.Say($"left out of {row.Folder}");
            foreach (var part in rejected.Take(Most)) Surroundings.Say($"  {part}");
            if (rejected.Length > Most) Surroundings.Say($"  and {Format.Count(rejected.Length - Most)} more; --json has them");
        }
        if (row.Figures is not { } figures) return;
        Surroundings.Say($"\n{row.Name}");
        TerminalReport.Figures(figures, console);
    }
}
