using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;

namespace MELT.Actors.Experiments;

/// <summary>What a plan's sessions are begun with, apart from the plan.</summary>
public sealed record ExperimentSetting
{
    public required ExperimentId Experiment { get; init; }
    public required string MeltVersion { get; init; }
    public required string ClockDomain { get; init; }
    public required Stamp At { get; init; }
    /// <summary>Rest before and after where the plan does not say.</summary>
    public required TimeSpan Baseline { get; init; }
    public required TimeSpan CoolDown { get; init; }
    public required TimeSpan Silence { get; init; }
    /// <summary>Threads where the plan does not say; null: the engine's choice.</summary>
    public int? Threads { get; init; }
    public required ImmutableSortedDictionary<string, string> HostFacts { get; init; }
    /// <summary>File of each model of the plan; null: as written.</summary>
    public required Func<string, string> ModelPath { get; init; }
    /// <summary>Boundary at which a simulated profile is metered.</summary>
    public required Func<string, string> BoundaryOf { get; init; }
}

/// <summary>From a plan to the sessions an experiment runs.</summary>
public static class ExperimentSessions
{
    public static ImmutableArray<ExperimentSession> Of(ExperimentPlan plan, ExperimentSetting setting) =>
        [.. plan.Expand().Select(session => new ExperimentSession(Header(plan, session, setting), Plan(plan, session, setting)))];

    private static SessionHeader Header(ExperimentPlan plan, PlannedSession session, ExperimentSetting setting)
    {
        var (cell, simulated) = (session.Cell, session.Cell.Device.Link as PlannedLink.Simulated);
        return new()
        {
            Session = new SessionId(""),                                   // given when it begins
            Experiment = setting.Experiment,
            Name = cell.Name,
            PlanSha256 = plan.Sha256(),
            MeltVersion = setting.MeltVersion,
            Device = cell.Device.Id,
            ClockDomain = setting.ClockDomain,
            At = setting.At,
            Repetition = session.Repetition,
            Flags = simulated is null ? [] : ["simulated"],
            DeviceFacts = Facts(cell, setting),
            WarmupRequests = [.. session.Requests.Where(r => r.Warmup).Select(r => r.Request.Index)],
            PrimaryBoundary = simulated is null ? null : setting.BoundaryOf(simulated.Profile),
            Kind = cell.Engine is PlannedEngine.Command ? "command" : plan.Exercise is not null ? "exercise" : "llm",
            Engine = EngineName(plan, cell.Engine),
            Parameters = Parameters(plan, session),
        };
    }

    private static SessionPlan Plan(ExperimentPlan plan, PlannedSession session, ExperimentSetting setting)
    {
        var cell = session.Cell;
        var simulated = cell.Device.Link as PlannedLink.Simulated;
        return new()
        {
            Engine = new EngineSpec(EngineName(plan, cell.Engine))
            {
                Model = cell.Model is { } model ? NeedsFile(cell) ? setting.ModelPath(model) : model : null,
                Settings = cell.Settings with { Threads = cell.Settings.Threads ?? setting.Threads },
                Command = cell.Engine is PlannedEngine.Command c ? [.. c.Arguments] : [],
                Profile = simulated?.Profile,
                Seed = simulated?.Seed + session.Repetition - 1 ?? 0,
            },
            Requests = cell.Engine is PlannedEngine.Command
                ? [new EngineCommand.Request(0, null, null, new GenerationSettings())]
                : [.. session.Requests.Select(r => r.Request)],
            Baseline = plan.Baseline ?? setting.Baseline,
            CoolDown = plan.CoolDown ?? setting.CoolDown,
            BaselineAfter = plan.BaselineAfter,
            Sync = plan.Sync,
            Exercise = plan.Exercise is { } length ? ExercisePattern.Of(length) : null,
            // While it is loaded the engine says nothing.
            Silence = setting.Silence + (plan.Exercise ?? TimeSpan.Zero),
            AllowEstimates = plan.AllowEstimates,
            ExtraMeters = [.. plan.Meters],
        };
    }

    /// <summary>Its model is a file of this machine.</summary>
    public static bool NeedsFile(PlannedCell cell) => cell.Engine is PlannedEngine.LlamaCpp
        || (cell is { Engine: PlannedEngine.OfDevice, Device.Link: PlannedLink.Configured link } && LinkKinds.TakesFiles(link.Kind) && cell.Model?.StartsWith(EngineSpec.OnDevice, StringComparison.Ordinal) == false);

    private static string EngineName(ExperimentPlan plan, PlannedEngine engine) => engine switch
    {
        PlannedEngine.LlamaCpp or PlannedEngine.OfDevice when plan.Exercise is not null => EngineSpec.Exercise,
        PlannedEngine.OfDevice => EngineSpec.OfDevice,
        PlannedEngine.LlamaCpp => EngineSpec.LlamaCpp,
        PlannedEngine.Simulated => EngineSpec.Simulated,
        _ => EngineSpec.CommandLine,
    };

    private static ImmutableSortedDictionary<string, string> Facts(PlannedCell cell, ExperimentSetting setting) =>
        cell.Device.Link is PlannedLink.Simulated s
            ? ImmutableSortedDictionary<string, string>.Empty.Add("id", cell.Device.Id.Value).Add("link", "simulated").Add("profile", s.Profile).Add("seed", s.Seed.ToString(CultureInfo.InvariantCulture))
            : cell.Device.Link is PlannedLink.Configured c ? ImmutableSortedDictionary<string, string>.Empty.Add("id", cell.Device.Id.Value).Add("link", c.Kind)
            : setting.HostFacts.SetItem("id", cell.Device.Id.Value).SetItem("link", "local");

    private static ImmutableSortedDictionary<string, string> Parameters(ExperimentPlan plan, PlannedSession session)
    {
        if (session.Cell.Engine is PlannedEngine.Command) return ImmutableSortedDictionary<string, string>.Empty;
        if (plan.Exercise is { } length) return ImmutableSortedDictionary<string, string>.Empty.Add("exercise_seconds", length.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        var generation = plan.Generation;
        var asked = ImmutableSortedDictionary<string, string>.Empty
            .Add("requests", session.Requests.Count.ToString(CultureInfo.InvariantCulture))
            .Add("max_tokens", generation.MaxTokens.ToString(CultureInfo.InvariantCulture))
            .Add("ignore_eos", generation.IgnoreEndOfSequence ? "true" : "false")
            .Add("temperature", generation.Temperature.ToString(CultureInfo.InvariantCulture))
            .Add("seed", generation.Seed.ToString(CultureInfo.InvariantCulture));
        return session.Cell.Settings.ProfileOperators == true ? asked.Add(SessionHeader.ProfileOperators, "true") : asked;
    }
}
