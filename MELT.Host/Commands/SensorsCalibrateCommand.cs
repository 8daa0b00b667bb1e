using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Sensors.Alignment;
using MELT.Sensors.Calibration;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors calibrate METER --against METER2 | --load OHMS@V</c>: gain and offset of a meter, kept as a dated event that later sessions are corrected with.</summary>
internal sealed class SensorsCalibrateCommand
{
    private readonly Argument<string> _meter = MeterArgument.Create();
    private readonly Option<string?> _against = new("--against") { Description = "A better meter that watched the same boundary", HelpName = "METER2" };
    private readonly Option<string[]> _load = new("--load") { Description = "Only this resistor at this voltage was connected; with two loads, each with its --from, the offset is found too", HelpName = "OHMS@V" };
    private readonly Option<double?> _tolerance = new("--tolerance") { Description = "Limit of the error of the load's power, in percent", HelpName = "%" };
    private readonly Option<string[]> _from = new("--from") { Description = "Session or experiment to compare in (default: the newest with these meters); may be repeated", HelpName = "ID" };
    private readonly Option<string?> _phase = new("--phase") { Description = "The phase in which the load was connected (default: the whole session)", HelpName = "NAME" };
    private readonly Option<bool> _exact = new("--reference-exact") { Description = "Take the reference as true where it states no accuracy: the uncertainty is then relative to it" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be kept, and keep nothing" };

    public static Command Create(SharedOptions shared)
    {
        var calibrate = new SensorsCalibrateCommand();
        var command = new Command("calibrate", "Find gain and offset of a meter against a better one or a known load; sessions begun from then on are corrected with them")
        {
            calibrate._meter, calibrate._against, calibrate._load, calibrate._tolerance, calibrate._from, calibrate._phase, calibrate._exact, calibrate._dryRun,
        };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => calibrate.RunAsync(parsed, new Surroundings(parsed, shared), stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with, CancellationToken stop)
    {
        var meter = MeterArgument.Read(parsed.GetRequiredValue(_meter));
        FoundCalibration found;
        await using (var journal = await with.OpenJournalAsync(stop)) found = await FindAsync(parsed, journal, meter, stop);
        if (found.Calibration is not { } calibration) throw new CommandException($"{meter} was not calibrated: {found.Refusal}.");
        var keeps = !parsed.GetValue(_dryRun);
        if (keeps) await MeterStream.TellAsync(with, meter, now => new MeterCommand.Calibrate(calibration, now), stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new FoundDocument(meter.ToString(), keeps, calibration, found.Points, found.Remarks), FoundJson.Default.FoundDocument));
        else
            foreach (var line in Lines(meter, found, keeps)) Surroundings.Say(line);
        return ExitCode.Done;
    }

    private Task<FoundCalibration> FindAsync(ParseResult parsed, IJournal journal, MeterId meter, CancellationToken stop) => (parsed.GetValue(_against), parsed.GetValue(_load) ?? []) switch
    {
        ({ } against, []) => AgainstAsync(parsed, journal, meter, MeterArgument.Read(against), stop),
        (null, { Length: > 0 } loads) => LoadsAsync(parsed, journal, meter, loads, stop),
        _ => throw new CommandException("give what to compare with: --against METER2, or --load OHMS@V.", ExitCode.Usage),
    };

    private async Task<FoundCalibration> AgainstAsync(ParseResult parsed, IJournal journal, MeterId meter, MeterId reference, CancellationToken stop)
    {
        var sessions = new List<RecordedSession>();
        foreach (var id in (parsed.GetValue(_from) ?? []).DefaultIfEmpty<string?>(null))
            foreach (var session in await MeterStream.SessionsAsync(journal, id, [meter, reference], stop))
                sessions.Add(await SessionReplay.AlignAsync(journal, session, stop));
        return Transfer.Of(sessions, meter, reference, parsed.GetValue(_exact));
    }

    private async Task<FoundCalibration> LoadsAsync(ParseResult parsed, IJournal journal, MeterId meter, string[] loads, CancellationToken stop)
    {
        var ids = parsed.GetValue(_from) ?? [];
        if (loads.Length != Math.Max(1, ids.Length)) throw new CommandException($"{loads.Length} loads and {ids.Length} sessions: give each --load its --from.", ExitCode.Usage);
        if (parsed.GetValue(_tolerance) is null && !parsed.GetValue(_exact))
            throw new CommandException("the load's own error is not stated: give --tolerance in percent, or take it as true with --reference-exact.", ExitCode.Usage);
        if (parsed.GetValue(_tolerance) is { } wrong && !(wrong is > 0 and < 100)) throw new CommandException("--tolerance is a number of percent above 0 and below 100.", ExitCode.Usage);
        var loaded = new List<LoadedSession>();
        foreach (var (text, i) in loads.Select((l, i) => (l, i)))
        {
            if (!Resistor.TryParse(text, out var load)) throw new CommandException($"--load {text}: write ohms@volts, for example 4.7@5", ExitCode.Usage);
            var session = (await MeterStream.SessionsAsync(journal, ids.ElementAtOrDefault(i), [meter], stop))[0];
            loaded.Add(new(await SessionReplay.AlignAsync(journal, session, stop), load, parsed.GetValue(_phase)));
        }
        return KnownLoad.Of(loaded, meter, (parsed.GetValue(_tolerance) ?? 0) / 100);
    }

    private static IEnumerable<string> Lines(MeterId meter, FoundCalibration found, bool kept)
    {
        var c = found.Calibration!;
        yield return Say($"{meter}.{c.Channel}: {c.Gain}·reading + {c.Offset}, against {c.Against}");
        yield return Say($"  gain {c.Gain} ± {2 * c.GainU:G2}, offset {c.Offset} ± {2 * c.OffsetU:G2} (2σ), from {found.Points.Length} level{(found.Points.Length == 1 ? "" : "s")}");
        yield return "  LEVEL             READ W   REFERENCE W   BEFORE W    AFTER W";
        foreach (var p in found.Points)
            yield return Say($"  {p.Phase,-12} {p.Read,11:G6}   {p.Reference,11:G6} {p.Read - p.Reference,10:+0.0000;-0.0000} {found.Corrected(p.Read) - p.Reference,10:+0.0000;-0.0000}");
        foreach (var remark in found.Remarks) yield return $"  {remark}";
        yield return kept ? "  kept: sessions begun from now on are corrected with it; those begun before keep what held then" : "  not kept (--dry-run)";
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

internal sealed record FoundDocument(string Meter, bool Kept, MeterCalibration Calibration, ImmutableArray<CalibrationPoint> Levels, ImmutableArray<string> Remarks);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FoundDocument))]
internal sealed partial class FoundJson : JsonSerializerContext;
