using System.CommandLine;
using System.Globalization;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Devices.Models;
using MELT.Host.Configuration;
using MELT.Sensors.Meters;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary>What a verb works with: the data folder, whether JSON is asked for, the log, the two consoles.</summary>
internal sealed class Surroundings(ParseResult parsed, SharedOptions shared)
{
    public bool Json { get; } = parsed.GetValue(shared.Json);
    public string? ConfigFolder { get; } = parsed.GetValue(shared.Config);
    public string DataFolder { get; } = Path.GetFullPath(parsed.GetValue(shared.Data) ?? Environment.GetEnvironmentVariable("MELT_DATA") ?? "melt-data");
    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Synthetic models are shared between data folders of one place: they are made once.</summary>
    public SyntheticModels Models => new(Environment.GetEnvironmentVariable("MELT_MODELS") ?? Path.Combine(DataFolder, "models"));

    public string ReportFolder(string id) => Path.Combine(DataFolder, "reports", id);

    public ILoggerFactory Logs() => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(parsed.GetValue(shared.Verbose) ? LogLevel.Debug : LogLevel.Warning)
        .AddProvider(new StandardErrorLog()));

    public IAnsiConsole Output { get; } = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });

    /// <summary>A line of results.</summary>
    public static void Say(string line) => Console.Out.WriteLine(line);

    /// <summary>A line about what goes on.</summary>
    public static void Remark(string line) => Console.Error.WriteLine(line);

    /// <summary>The laboratory's settings, those of the command line first; null means not given there.</summary>
    public MeltConfiguration Configure(params ReadOnlySpan<(string Key, string? Value)> commandLine)
    {
        var given = new Dictionary<string, string>();
        foreach (var (key, value) in commandLine)
            if (value is not null) given[key] = value;
        return MeltConfiguration.Load(new ConfigurationSources { CommandLine = given, Folder = ConfigFolder }).OrThrow();
    }

    /// <summary>What is known of instruments: the shipped file, and the laboratory's own over it.</summary>
    public InstrumentCatalogue Instruments() => InstrumentsReader.Load(new ConfigurationSources { Folder = ConfigFolder }).OrThrow();

    public Task<SqliteJournal> OpenJournalAsync(CancellationToken stop)
    {
        var path = Actors.Journal.DataFolder.JournalIn(DataFolder);
        return File.Exists(path)
            ? SqliteJournal.OpenReadOnlyAsync(path, MeltEvents.Serializer, stop)
            : throw new CommandException($"there are no recordings in {DataFolder}: no {Path.GetFileName(path)} there. Run \"melt quickstart\" first, or name the folder with --data DIR or MELT_DATA.");
    }

    public static string Version { get; } = typeof(Surroundings).Assembly.GetName().Version!.ToString(3);

    /// <summary>Local time of day, to the second, as people name an experiment.</summary>
    public string NewExperimentId() =>
        Time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + System.Security.Cryptography.RandomNumberGenerator.GetHexString(4, lowercase: true);
}
