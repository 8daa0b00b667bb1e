using System.CommandLine;
using System.Globalization;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Journal;
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
    public string DataFolder => Path.GetFullPath(Configure().DataFolder);
    public JournalLocation Journal => JournalLocation.Parse(Configure().Journal, DataFolder);
    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Synthetic models are shared between data folders of one place: they are made once.</summary>
    public SyntheticModels Models => new(Environment.GetEnvironmentVariable("MELT_MODELS") ?? Path.Combine(DataFolder, "models"));

    /// <summary>Where recordings are, as people know it: the data folder, unless another journal was named.</summary>
    public string Recordings => Configure().Journal is null ? DataFolder : Journal.ToString();

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
        foreach (var (key, value) in (ReadOnlySpan<(string, string?)>)[("melt.data", parsed.GetValue(shared.Data)), ("melt.journal", parsed.GetValue(shared.Journal)), .. commandLine])
            if (value is not null) given[key] = value;
        return MeltConfiguration.Load(new ConfigurationSources { CommandLine = given, Folder = ConfigFolder }).OrThrow();
    }

    /// <summary>Where the laboratory's files of settings are.</summary>
    public string HoconFolder => ConfigFolder ?? (Environment.GetEnvironmentVariable("MELT_CONFIG") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "hocon"));

    /// <summary>What is known of instruments: the shipped file, and the laboratory's own over it.</summary>
    public InstrumentCatalogue Instruments() => InstrumentsReader.Load(new ConfigurationSources { Folder = ConfigFolder }).OrThrow();

    /// <summary>The devices of the laboratory: the shipped file, which has none, and the laboratory's own over it.</summary>
    public DeviceCatalogue Devices() => DevicesReader.Load(new ConfigurationSources { Folder = ConfigFolder }).OrThrow();

    /// <summary>Where the rules of sensors come from.</summary>
    public ConfigurationSources SensorSources => new() { Folder = ConfigFolder, AddedFolder = DataFolder };

    /// <summary>For reading; recordings have to be there already.</summary>
    public Task<StoredJournal> OpenJournalAsync(CancellationToken stop)
    {
        if (Journal is JournalLocation.SqliteFile file && !File.Exists(file.FullPath))
            throw new CommandException($"there are no recordings in {Recordings}: no {Path.GetFileName(file.FullPath)} there. Run \"melt quickstart\" first, or name the folder with --data DIR or MELT_DATA, or the journal with --journal.");
        return Journal.OpenReadOnlyAsync(MeltEvents.Serializer, stop);
    }

    public static string Version { get; } = typeof(Surroundings).Assembly.GetName().Version!.ToString(3);

    /// <summary>Local time of day, to the second, as people name an experiment.</summary>
    public string NewExperimentId() =>
        Time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + System.Security.Cryptography.RandomNumberGenerator.GetHexString(4, lowercase: true);
}
