using System.Globalization;
using MELT.Devices.Inference;

namespace MELT.Actors.Experiments;

/// <summary>One combination of device, engine, model and parameters; <see cref="Model"/> is null where the engine needs none.</summary>
public sealed record PlannedCell(int Index, string Name, PlannedDevice Device, PlannedEngine Engine, string? Model, EngineSettings Settings);

/// <summary>One repetition of a cell; <see cref="Index"/> is its place in the running order from 0, <see cref="Repetition"/> counts from 1.</summary>
public sealed record PlannedSession(int Index, PlannedCell Cell, int Repetition, IReadOnlyList<PlannedRequest> Requests);

/// <summary>Expands a plan into cells × repetitions.</summary>
internal static class ExperimentPlanExpansion
{
    public static IReadOnlyList<PlannedSession> Expand(ExperimentPlan plan)
    {
        var requests = Requests(plan);
        var sessions = Cells(plan)
            .SelectMany(cell => Enumerable.Range(1, plan.Repetitions).Select(repetition => (Cell: cell, Repetition: repetition)))
            .ToArray();
        if (plan.Order is PlannedOrder.Shuffled shuffled) Shuffle(sessions, shuffled.Seed);
        return [.. sessions.Select((s, i) => new PlannedSession(i, s.Cell, s.Repetition, s.Cell.Engine is PlannedEngine.Command ? [] : requests))];
    }

    /// <summary>The engines a device of the plan runs.</summary>
    public static IReadOnlyList<PlannedEngine> EnginesOf(ExperimentPlan plan, PlannedDevice device) => (device, plan.Engines) switch
    {
        ({ Engine: { } own }, _) => [own],
        (_, { Count: > 0 } engines) => engines,
        ({ Link: PlannedLink.Simulated }, _) => [new PlannedEngine.Simulated()],
        ({ Link: PlannedLink.Configured }, _) => [new PlannedEngine.OfDevice()],
        _ => [new PlannedEngine.LlamaCpp()],
    };

    /// <summary>How many cells there are, without making them.</summary>
    public static long CountCells(ExperimentPlan plan) => plan.Devices.SelectMany(device => EnginesOf(plan, device))
        .Sum(engine => engine is PlannedEngine.Command ? 1 : Math.Max(1L, plan.Models.Count) * plan.Parameters.Count());

    private static IEnumerable<PlannedCell> Cells(ExperimentPlan plan) =>
        plan.Devices
            .SelectMany(device => EnginesOf(plan, device), (device, engine) => (device, engine))
            .SelectMany(at => Loads(plan, at.engine), (at, load) => (at.device, at.engine, load.Model, load.Settings))
            .Select((c, i) => new PlannedCell(i, NameOf(c.device, c.engine, c.Model, c.Settings), c.device, c.engine, c.Model, c.Settings));

    private static IEnumerable<(string? Model, EngineSettings Settings)> Loads(ExperimentPlan plan, PlannedEngine engine)
    {
        if (engine is PlannedEngine.Command) return [(null, new EngineSettings())];
        IEnumerable<string?> models = plan.Models.DefaultIfEmpty<string?>(null);
        return models.SelectMany(_ => plan.Parameters.Combinations(), (model, settings) => (model, settings));
    }

    private static string NameOf(PlannedDevice device, PlannedEngine engine, string? model, EngineSettings settings)
    {
        string?[] parts =
        [
            device.Id.Value, engine.Name, model,
            Part("threads", settings.Threads), Part("context_tokens", settings.ContextTokens), Part("batch_tokens", settings.BatchTokens),
            Part("gpu_layers", settings.GpuLayers), Flag("flash_attention", settings.FlashAttention), settings.KvType is { } type ? $"kv_type={type}" : null,
            Flag("mmap", settings.Mmap), Flag("mlock", settings.Mlock), Flag("profile_operators", settings.ProfileOperators),
        ];
        return string.Join(", ", parts.OfType<string>());

        static string? Part(string key, int? value) => value is { } v ? string.Create(CultureInfo.InvariantCulture, $"{key}={v}") : null;
        static string? Flag(string key, bool? value) => value is { } v ? $"{key}={(v ? "true" : "false")}" : null;
    }

    private static IReadOnlyList<PlannedRequest> Requests(ExperimentPlan plan)
    {
        var wanted = plan.Requests?.Each(plan.Generation).ToArray() ?? [];
        if (wanted.Length == 0) return [];
        return [.. Enumerable.Repeat(wanted[0], plan.Warmup).Concat(wanted).Select((request, i) => new PlannedRequest(request with { Index = i }, i < plan.Warmup))];
    }

    /// <summary>Fisher–Yates with SplitMix64, whose sequence is fixed by its definition and not by a library's version.</summary>
    private static void Shuffle<T>(T[] items, long seed)
    {
        var state = unchecked((ulong)seed);
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)(Next() % (ulong)(i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }

        ulong Next()
        {
            unchecked
            {
                state += 0x9E3779B97F4A7C15;
                var z = state;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
                return z ^ (z >> 31);
            }
        }
    }
}
