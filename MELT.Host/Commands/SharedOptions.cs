using System.CommandLine;

namespace MELT.Host.Commands;

/// <summary>Options that every verb understands.</summary>
internal sealed class SharedOptions
{
    public Option<string?> Data { get; } = new("--data") { Description = "Folder of recordings (default: $MELT_DATA, else ./melt-data)", HelpName = "DIR", Recursive = true };
    public Option<string?> Journal { get; } = new("--journal") { Description = "Where events are kept: a SQLite file, its folder, or postgres://USER@HOST/DATABASE (default: $MELT_JOURNAL, else journal.db in the folder of recordings)", HelpName = "JOURNAL", Recursive = true };
    public Option<string?> Config { get; } = new("--config") { Description = "Folder of configuration files (default: $MELT_CONFIG, else hocon/ beside the program)", HelpName = "DIR", Recursive = true };
    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document on standard output", Recursive = true };
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Log what happens on standard error", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Data);
        root.Options.Add(Journal);
        root.Options.Add(Config);
        root.Options.Add(Json);
        root.Options.Add(Verbose);
    }
}
