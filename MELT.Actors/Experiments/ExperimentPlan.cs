using MELT.Actors.Sessions;
using MELT.Devices.Inference;

namespace MELT.Actors.Experiments;

/// <summary>What one <c>melt run</c> is to do, as values only: no file, no clock, no device is looked at.</summary>
/// <remarks>Lists make records unequal though their content is equal; compare plans by <see cref="Canonical"/>.</remarks>
public sealed record ExperimentPlan
{
    public required string Name { get; init; }
    public IReadOnlyList<PlannedDevice> Devices { get; init; } = [PlannedDevice.Host];
    /// <summary>Engines of the devices that name none; empty: llama.cpp on local devices, the simulated engine on simulated ones.</summary>
    public IReadOnlyList<PlannedEngine> Engines { get; init; } = [];
    /// <summary>Paths as written (relative to the folder MELT is started in), or <c>synthetic:NAME:QUANT</c>.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];
    public PlannedParameters Parameters { get; init; } = new();
    /// <summary>Null only where every engine is a command, which takes no requests.</summary>
    public PlannedRequests? Requests { get; init; }
    public GenerationSettings Generation { get; init; } = new();
    /// <summary>Requests run in front of the others and left out of every mean; they repeat the first one.</summary>
    public int Warmup { get; init; } = 1;
    public int Repetitions { get; init; } = 1;
    /// <summary>How long a session watches the device before the model is loaded; null: as configured.</summary>
    public TimeSpan? Baseline { get; init; }
    /// <summary>How long a session watches the device after the last request; null: as configured.</summary>
    public TimeSpan? CoolDown { get; init; }
    /// <summary>How long a session watches the device again at its very end; null: not at all.</summary>
    public TimeSpan? BaselineAfter { get; init; }
    /// <summary>Whether meters without a clock are found by a coded load; null: no.</summary>
    public SyncMode? Sync { get; init; }
    /// <summary>Instead of requests the device is loaded in steps for so long, without a model: its meters are checked against it. Null: requests.</summary>
    public TimeSpan? Exercise { get; init; }
    public PlannedOrder Order { get; init; } = new PlannedOrder.AsWritten();
    /// <summary>Estimators may stand in for meters that are missing; everything derived from them is marked <c>estimated</c>.</summary>
    public bool AllowEstimates { get; init; }
    /// <summary>Meters of other devices to record as well, as <c>device/meter</c>.</summary>
    public IReadOnlyList<string> Meters { get; init; } = [];
    /// <summary>New attempts after a failed session.</summary>
    public int Retries { get; init; }

    /// <summary>The sessions in the order they are to run; the same plan always gives the same list.</summary>
    public IReadOnlyList<PlannedSession> Expand() => ExperimentPlanExpansion.Expand(this);

    /// <summary>Everything that makes this plan impossible or meaningless; empty when it can run.</summary>
    public IReadOnlyList<PlanProblem> Problems() => ExperimentPlanRules.Check(this);

    /// <summary>The plan as JSON with sorted keys and without absent values: equal plans, equal text. <c>plan_sha256</c> is over its UTF-8 bytes.</summary>
    public string Canonical() => ExperimentPlanJson.Canonical(this);

    /// <summary>SHA-256 of <see cref="Canonical"/>, lower-case hexadecimal.</summary>
    public string Sha256() => ExperimentPlanJson.Sha256(this);

    /// <summary>Reads what <see cref="Canonical"/> wrote.</summary>
    public static ExperimentPlan FromCanonical(string json) => ExperimentPlanJson.Read(json);
}

/// <summary>One thing wrong with a plan: where, as the dotted key of the plan file with list positions from 0, and why.</summary>
public sealed record PlanProblem(string Key, string Text)
{
    public override string ToString() => $"{Key}: {Text}";
}
