using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Ingest.Foreign;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Host.Configuration;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors</c>: list the meters a data folder knows, plug one in by example, check one against steps of load, calibrate one against something better.</summary>
internal static class SensorsCommand
{
    public static Command Create(SharedOptions shared, string commandLine)
    {
        var list = new Command("list", "List the meters of the data folder: instrument, channels, last calibration and check");
        list.SetAction((parsed, stop) => Failure.GuardAsync(() => ListAsync(new Surroundings(parsed, shared), stop)));
        return new Command("sensors", "Meters: list, find, add, check, calibrate and bridge them")
        {
            list,
            SensorsSniffCommand.Create(shared),
            SensorsAddCommand.Create(shared),
            SensorsTestCommand.Create(shared),
            SensorsCheckCommand.Create(shared, commandLine),
            SensorsCalibrateCommand.Create(shared),
            SensorsBridgeCommand.Create(shared),
        };
    }

    private static async Task<int> ListAsync(Surroundings with, CancellationToken stop)
    {
        var instruments = with.Instruments();
        await using var journal = await with.OpenJournalAsync(stop);
        var meters = new List<ListedMeter>();
        await foreach (var id in journal.PersistenceIdsAsync($"{Meter.KindName}:", stop)) meters.Add(await ReadAsync(journal, id, instruments, stop));
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(meters, SensorsJson.Default.ListListedMeter));
        else
            foreach (var line in meters.SelectMany(Lines)) Surroundings.Say(line);
        foreach (var line in Remarks(with, meters)) Surroundings.Remark(line);
        return ExitCode.Done;
    }

    /// <summary>What is not a meter yet: rules that gave no reading, and topics that no rule knows.</summary>
    private static IEnumerable<string> Remarks(Surroundings with, List<ListedMeter> meters)
    {
        foreach (var rule in SensorsReader.Load(with.SensorSources).OrThrow().Rules.Where(r => meters.All(m => m.Rule != r.Name)))
            yield return $"the rule {rule.Name} ({rule.Topic}) gave no reading yet";
        var kept = KeptTopics.ReadAll(SensorsSetting.KeptIn(with.DataFolder, with.Configure().Sensors)).GroupBy(m => m.Topic).Select(t => (Topic: t.Key, Count: t.Count())).ToArray();
        if (kept.Length > 0)
            yield return $"{kept.Length} {(kept.Length == 1 ? "topic is" : "topics are")} unknown, and {kept.Sum(t => t.Count)} of their messages are kept: {string.Join(", ", kept.Take(5).Select(t => t.Topic))}{(kept.Length > 5 ? ", …" : "")}; melt sensors sniff shows what they may be";
    }

    private static async Task<ListedMeter> ReadAsync(IJournal journal, string persistenceId, InstrumentCatalogue instruments, CancellationToken stop)
    {
        var (behavior, id, last) = (new Meter(), persistenceId[(Meter.KindName.Length + 1)..], 0L);
        var state = behavior.Empty(id);
        await foreach (var stored in journal.ReadAsync(persistenceId, 1, stop))
        {
            state = behavior.Apply(state, (MeterEvent)stored.Event);
            if (stored.Event is MeterEvent.SamplesRecorded samples) last = samples.ArrivedAt.Nanoseconds;
        }
        var about = state.Description;
        return new(id, about?.Rule, about?.Instrument, about?.CompletedFrom, Hint(about, instruments), about?.Channels.Select(c => c.Name).ToArray() ?? [],
            last == 0 ? null : new Devices.Time.Stamp(last).ToDateTimeOffset(), [.. state.Calibrations.Values.Select(c => c.Calibration)], state.Checked?.Check);
    }

    /// <summary>A name that is nearly one of the catalogue is probably a slip.</summary>
    private static string? Hint(MeterDescription? about, InstrumentCatalogue instruments) =>
        about?.Instrument is { } name && instruments.Find(name) is null ? Spelling.Nearest(name, instruments.Names) : null;

    private static IEnumerable<string> Lines(ListedMeter meter)
    {
        yield return $"{meter.Meter}  {meter.Instrument ?? "instrument not stated"}  [{string.Join(", ", meter.Channels)}]  last reading {meter.LastReading?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "never"}";
        if (meter.Rule is { } rule) yield return $"  by the rule {rule}";
        if (meter.CompletedFrom is { } from) yield return $"  completed from {from}";
        if (meter.DidYouMean is { } near) yield return $"  no entry of instruments.conf has this name; did you mean \"{near}\"?";
        foreach (var c in meter.Calibrations) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"  {c.Channel}: {c.Gain}·reading + {c.Offset}, calibration of {c}");
        if (meter.Check is { } check) yield return $"  {(check.Moves ? "moves with the load" : "does not move with the load")}{(check.Grade is { } grade ? $", grade {grade}" : "")}, by {check.By}";
    }
}

internal sealed record ListedMeter(string Meter, string? Rule, string? Instrument, string? CompletedFrom, string? DidYouMean, string[] Channels, DateTimeOffset? LastReading, MeterCalibration[] Calibrations, MeterCheck? Check);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<ListedMeter>))]
internal sealed partial class SensorsJson : JsonSerializerContext;
