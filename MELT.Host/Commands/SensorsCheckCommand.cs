using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Host.Reports;
using MELT.Sensors.Alignment;
using MELT.Sensors.Calibration;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors check METER</c>: loads the device in steps, grades the meter by how it follows them, prints the page to pin to the wall.</summary>
internal sealed class SensorsCheckCommand
{
    /// <summary>Of the whole, before the steps and behind them.</summary>
    private const double RestShare = 0.05;

    private readonly Argument<string> _meter = MeterArgument.Create();
    private readonly Option<double> _seconds = new("--seconds") { Description = "How long the check takes in all; slow sensors need some sixty of their periods", HelpName = "S", DefaultValueFactory = _ => 120 };
    private readonly Option<string?> _device = new("--device") { Description = "The device to load (default: that of the meter); simulated:PROFILE[:SEED] for a simulated one", HelpName = "DEVICE" };
    private readonly Option<string?> _from = new("--from") { Description = "Grade what an earlier check recorded, and load nothing", HelpName = "ID" };
    private readonly Option<string?> _moved = new("--moved") { Description = "Load nothing: store the word of somebody who saw the meter move with the load", HelpName = "WHO" };
    private readonly Option<string?> _out = new("--out") { Description = "Also write the page to a file (Markdown)", HelpName = "FILE.md" };
    private readonly Option<string?> _broker = new("--broker") { Description = "Use this broker instead of the embedded one", HelpName = "mqtt://HOST:PORT" };
    private readonly Option<string?> _port = new("--port") { Description = "Port of the embedded broker (default: a free one)", HelpName = "N" };

    public static Command Create(SharedOptions shared, string commandLine)
    {
        var check = new SensorsCheckCommand();
        var command = new Command("check", "Load the device in steps for two minutes and grade a meter by how it follows: A to F, and the finest interval it can defend")
        {
            check._meter, check._seconds, check._device, check._from, check._moved, check._out, check._broker, check._port,
        };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => check.RunAsync(parsed, new Surroundings(parsed, shared), commandLine, stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with, string commandLine, CancellationToken stop)
    {
        var meter = MeterArgument.Read(parsed.GetRequiredValue(_meter));
        if (parsed.GetValue(_moved) is { } who)
        {
            if (string.IsNullOrWhiteSpace(who)) throw new CommandException("--moved asks who saw the meter move.", ExitCode.Usage);
            await MeterStream.TellAsync(with, meter, now => new MeterCommand.NoteCheck(new MeterCheck(null, true, null, $"{MeterCheck.Operator} {who}", now)), stop);
            Surroundings.Remark($"{meter} moves with the load, says {who}; sessions from now on believe it");
            return ExitCode.Done;
        }
        var id = parsed.GetValue(_from) ?? await ExerciseAsync(parsed, with, meter, commandLine, stop);
        var grade = await GradeAsync(with, id, meter);
        if (parsed.GetValue(_from) is null && grade.Moves)
            await MeterStream.TellAsync(with, meter, now => new MeterCommand.NoteCheck(new MeterCheck(grade.Grade, true, grade.FinestSeconds, grade.Session, now)), CancellationToken.None);
        var page = SensorPage.Of(grade);
        if (parsed.GetValue(_out) is { } file) await File.WriteAllTextAsync(file, page, CancellationToken.None);
        Console.Out.Write(with.Json ? JsonSerializer.Serialize(grade, SensorGradeJson.Default.SensorGrade) + "\n" : page);
        return grade.Grade == Grading.Useless ? ExitCode.Failed : ExitCode.Done;
    }

    private async Task<string> ExerciseAsync(ParseResult parsed, Surroundings with, MeterId meter, string commandLine, CancellationToken stop)
    {
        var configuration = with.Configure(("melt.broker.url", parsed.GetValue(_broker)), ("melt.broker.embedded.port", parsed.GetValue(_port)));
        var plan = Plan(parsed, with, meter);
        if (plan.Problems() is { Count: > 0 } problems) throw new CommandException("this cannot be checked: " + string.Join("; ", problems), ExitCode.Usage);
        if (plan.Devices[0] is { Link: PlannedLink.Simulated simulated } && SimulatedProfiles.Find(simulated.Profile, configuration).Meters.All(m => m.Name != meter.Name))
            throw new CommandException($"the simulated profile {simulated.Profile} has no meter \"{meter.Name}\"; it has {string.Join(", ", SimulatedProfiles.Find(simulated.Profile, configuration).Meters.Select(m => m.Name))}", ExitCode.Usage);
        return await new ExperimentRun(with, configuration, commandLine).ConductAsync(plan, stop);
    }

    private ExperimentPlan Plan(ParseResult parsed, Surroundings with, MeterId meter)
    {
        var seconds = parsed.GetValue(_seconds);
        if (!double.IsFinite(seconds) || seconds is <= 0 or > 86_400) throw new CommandException("--seconds asks for a number above 0.", ExitCode.Usage);
        var device = DeviceOption.Read(parsed.GetValue(_device), with.Devices().Kinds, meter.Device);
        var rest = TimeSpan.FromSeconds(RestShare * seconds);
        return new()
        {
            Name = $"check of {meter}",
            Devices = [device],
            Exercise = TimeSpan.FromSeconds(seconds) - 2 * rest,
            Baseline = rest,
            CoolDown = rest,
            Warmup = 0,
            Meters = device.Id == meter.Device ? [] : [meter.ToString()],
        };
    }

    private static async Task<SensorGrade> GradeAsync(Surroundings with, string id, MeterId meter)
    {
        await using var journal = await with.OpenJournalAsync(CancellationToken.None);
        var finding = await new Catalogue(journal).FindAsync(id, CancellationToken.None);
        RecordedSession? recorded = null;
        foreach (var session in finding.Sessions)
        {
            recorded = await SessionReplay.AlignAsync(journal, session, CancellationToken.None);
            if (SensorCheck.IsExercise(recorded)) break;
        }
        try
        {
            return SensorCheck.Of(recorded ?? throw new CommandException($"experiment {id} holds no session."), meter);
        }
        catch (ArgumentException e) { throw new CommandException($"{e.Message}{(recorded!.Closed?.Reason is { } reason ? $" ({reason})" : "")}"); }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SensorGrade))]
internal sealed partial class SensorGradeJson : JsonSerializerContext;
