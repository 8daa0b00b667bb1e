using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Sensors.Import;
using MELT.Sensors.Trials;

namespace MELT.Host.Commands;

/// <summary><c>melt selftest</c>, and of it <c>accuracy</c>: what MELT promises of its numbers, shown on records of others and on synthetic data.</summary>
internal sealed class SelftestCommand
{
    private readonly Option<string?> _inputs = new("--inputs") { Description = "Folder with records: mlperf-tiny*/*, gpu-with-meter/*, mlperf-power/*; without it only what needs no record", HelpName = "DIR" };
    private readonly Option<bool> _quick = new("--quick") { Description = "A tenth of the trials: shows that everything works, holds no share to a per cent" };

    private readonly Option<string[]> _only = new("--only") { Description = $"Only these groups: {string.Join(", ", AccuracyTrials.Names)}", HelpName = "GROUP", AllowMultipleArgumentsPerToken = true };

    public static Command Create(SharedOptions shared)
    {
        var selftest = new SelftestCommand();
        selftest._only.AcceptOnlyFromAmong([.. AccuracyTrials.Names]);
        var accuracy = new Command("accuracy", "Check accuracy against published records, external meters and closed-form truth; exit 1 when a check fails") { selftest._inputs, selftest._quick, selftest._only };
        accuracy.SetAction((parsed, stop) => Failure.GuardAsync(() => selftest.RunAsync(new Surroundings(parsed, shared), parsed, stop)));
        return new Command("selftest", "Check MELT's own promises on this machine") { accuracy, SelftestCrashCommand.Create(shared), SelftestFailoverCommand.Create(shared) };
    }

    private Task<int> RunAsync(Surroundings with, ParseResult parsed, CancellationToken stop)
    {
        var inputs = parsed.GetValue(_inputs);
        if (inputs is not null && !Directory.Exists(inputs)) throw new CommandException($"there is no folder {inputs}", ExitCode.Usage);
        var groups = AccuracyTrials.Groups(inputs, parsed.GetValue(_quick) ? TrialSizes.Quick : TrialSizes.Full);
        if (inputs is not null && ImportFormats.Find(inputs).Count == 0)
            throw new CommandException($"{inputs} holds no record that MELT can read; expected folders mlperf-tiny*, gpu-with-meter or mlperf-power with records in them", ExitCode.Usage);
        if (parsed.GetValue(_only) is { Length: > 0 } only) groups = [.. groups.Where(g => only.Contains(g.Name))];
        if (groups.Count == 0) throw new CommandException("nothing is left to check: records are found with --inputs DIR", ExitCode.Usage);
        // The trials compute and never wait, so they run where a cancellation can overtake them.
        return Task.Run(() => Run(with, groups, stop), stop);
    }

    private static int Run(Surroundings with, IReadOnlyList<TrialGroup> groups, CancellationToken stop)
    {
        var checks = new List<AccuracyCheck>();
        foreach (var (group, i) in groups.Select((group, i) => (group, i)))
        {
            Surroundings.Remark(string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {groups.Count}: {group.Name} …"));
            foreach (var check in group.Run())
            {
                stop.ThrowIfCancellationRequested();
                checks.Add(check);
                if (!with.Json) Surroundings.Say(Line(check));
            }
        }
        var report = new AccuracyReport([.. checks]);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(report, AccuracyJson.Default.AccuracyReport));
        else Surroundings.Say($"{report.Passed} passed, {report.Failed} failed");
        if (report.Failed == 0) return ExitCode.Done;
        Surroundings.Remark($"melt: {report.Failed} of {report.Checks.Length} checks failed");
        return ExitCode.Failed;
    }

    private static string Line(AccuracyCheck check) => string.Create(CultureInfo.InvariantCulture,
        $"{(check.Pass ? "ok  " : "FAIL")} {check.Name}: {(check.Value is { } value ? value.ToString("G4", CultureInfo.InvariantCulture) : "none")} (bound {check.Bound:G4})  {check.Detail}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AccuracyReport))]
internal sealed partial class AccuracyJson : JsonSerializerContext;
