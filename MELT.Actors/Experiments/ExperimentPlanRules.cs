using MELT.Actors.Sessions;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Actors.Experiments;

/// <summary>What a plan must keep to, whether it was read from a file or made of command-line flags.</summary>
internal static class ExperimentPlanRules
{
    /// <summary>Beyond this a plan is a slip of the pen: at a second each it would run for three hours.</summary>
    private const long MostSessions = 10_000;

    private static readonly string[] KvTypes = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];

    public static IReadOnlyList<PlanProblem> Check(ExperimentPlan plan)
    {
        List<PlanProblem> problems = [];
        Require(plan.Name.Trim() is { Length: > 0 and <= 100 } && !plan.Name.Any(char.IsControl), "name", "must be one line of 1 to 100 characters");
        Devices();
        Engines();
        Models();
        Parameters();
        Requests();
        Generation();
        Whole("warmup", plan.Warmup, 0, 1000);
        Whole("repetitions", plan.Repetitions, 1, 10_000);
        Whole("retries", plan.Retries, 0, 100);
        Seconds("baseline_seconds", plan.Baseline);
        Seconds("cool_down_seconds", plan.CoolDown);
        Seconds("baseline_after_seconds", plan.BaselineAfter);
        Exercise();
        Require(plan.Sync != SyncMode.On || !plan.Devices.SelectMany(d => ExperimentPlanExpansion.EnginesOf(plan, d)).Any(e => e is PlannedEngine.Command),
            "sync", "cannot be on for a command, which has no agent that could load the device; use auto or off");
        foreach (var (meter, i) in plan.Meters.Select((m, i) => (m, i)))
            Require(MeterId.TryParse(meter, out _), $"meters.{i}", $"must be device/meter, for example plug-1/power, not '{meter}'");
        Once("meters", plan.Meters);
        if (problems.Count == 0)
        {
            var sessions = ExperimentPlanExpansion.CountCells(plan) * plan.Repetitions;
            Require(sessions <= MostSessions, "repetitions", FormattableString.Invariant($"makes {sessions} sessions of this plan; at most {MostSessions} are allowed"));
        }
        return problems;

        void Require(bool holds, string key, string text)
        {
            if (!holds) problems.Add(new(key, text));
        }

        void Whole(string key, long value, long least, long most) =>
            Require(value >= least && value <= most, key, FormattableString.Invariant($"must be a whole number from {least} to {most}, not {value}"));

        void Seconds(string key, TimeSpan? value) =>
            Require(value is null || (value >= TimeSpan.Zero && value <= TimeSpan.FromDays(1)), key, "must be from 0 to 86400 seconds");

        void Once<T>(string key, IReadOnlyList<T> values)
        {
            for (var i = 0; i < values.Count; i++)
                Require(!values.Take(i).Contains(values[i]), $"{key}.{i}", $"'{values[i]}' is listed twice; raise repetitions to measure it again");
        }

        void Devices()
        {
            Require(plan.Devices.Count > 0, "devices", "must list at least one device");
            Once("devices", [.. plan.Devices.Select(d => d.Id)]);
            foreach (var (device, i) in plan.Devices.Select((d, i) => (d, i)))
            {
                Require(device.Id.Value is { Length: > 0 and <= 64 } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
                    $"devices.{i}.id", $"may hold letters, digits, '-', '_' and '.' only, not '{device.Id}'");
                Require(device.Link is not PlannedLink.Simulated { Profile.Length: 0 }, $"devices.{i}.profile", "must name a simulated profile, for example phone-monsoon");
                foreach (var engine in ExperimentPlanExpansion.EnginesOf(plan, device))
                {
                    if (device.Link is PlannedLink.Simulated && engine is not PlannedEngine.Simulated)
                        problems.Add(new($"devices.{i}", $"'{device.Id}' is simulated and cannot run {engine.Name}; give this device 'engine: simulated'"));
                    if (device.Link is PlannedLink.Configured && engine is not (PlannedEngine.OfDevice or PlannedEngine.Command))
                        problems.Add(new($"devices.{i}", $"'{device.Id}' runs the engine that devices.conf gives it, not {engine.Name}; leave 'engine' out, or give this device 'engine: device'"));
                    if (device.Link is PlannedLink.Configured { Kind: LinkKinds.Endpoint or LinkKinds.Agent } && engine is PlannedEngine.Command)
                        problems.Add(new($"devices.{i}", $"'{device.Id}' is not reached in a way that could run a command"));
                    if (device.Link is PlannedLink.Local && engine is PlannedEngine.OfDevice)
                        problems.Add(new($"devices.{i}", $"'{device.Id}' is not in devices.conf, which would say what its engine is"));
                    if (device.Link is PlannedLink.Local && engine is PlannedEngine.Simulated)
                        problems.Add(new($"devices.{i}", $"'{device.Id}' is a real device and cannot run the simulated engine; give it 'link: simulated' and a profile"));
                }
            }
        }

        void Engines()
        {
            foreach (var (engine, key) in plan.Engines.Select((e, i) => (e, $"engine.{i}")).Concat(plan.Devices.Select((d, i) => (d.Engine, $"devices.{i}.engine"))!))
                Require(engine is not PlannedEngine.Command { Arguments: [] or ["", ..] }, key, "a command needs at least the program to run");
            Once("engine", [.. plan.Engines.Select(e => e.Name)]);
        }

        void Models()
        {
            Require(plan.Exercise is not null || plan.Models.Count > 0 || !Used().Any(e => e is PlannedEngine.LlamaCpp or PlannedEngine.OfDevice), "models", "is missing: llama.cpp needs a GGUF file or synthetic:NAME:QUANT, an endpoint the name of its model");
            foreach (var (model, i) in plan.Models.Select((m, i) => (m, i))) Require(model.Trim().Length > 0, $"models.{i}", "must not be empty");
            Once("models", plan.Models);
        }

        void Parameters()
        {
            Each("threads", plan.Parameters.Threads, 1, 1024);
            Each("context_tokens", plan.Parameters.ContextTokens, 1, 16_777_216);
            Each("batch_tokens", plan.Parameters.BatchTokens, 1, 1_048_576);
            Each("gpu_layers", plan.Parameters.GpuLayers, 0, 10_000);
            Once("parameters.flash_attention", plan.Parameters.FlashAttention);
            Once("parameters.mmap", plan.Parameters.Mmap);
            Once("parameters.mlock", plan.Parameters.Mlock);
            Once("parameters.kv_type", plan.Parameters.KvType);
            Once("parameters.profile_operators", plan.Parameters.ProfileOperators ?? []);
            Require(plan.Parameters.ProfileOperators?.Contains(true) != true || Used().All(e => e is PlannedEngine.LlamaCpp or PlannedEngine.OfDevice),
                "parameters.profile_operators", "needs an engine that can time its operators: llama.cpp on this host, or the agent of a device");
            foreach (var (type, i) in plan.Parameters.KvType.Select((t, i) => (t, i)))
                Require(KvTypes.Contains(type), $"parameters.kv_type.{i}", $"must be one of {string.Join(", ", KvTypes)}, not '{type}'");

            void Each(string name, IReadOnlyList<int> values, int least, int most)
            {
                Once($"parameters.{name}", values);
                foreach (var (value, i) in values.Select((v, i) => (v, i))) Whole($"parameters.{name}.{i}", value, least, most);
            }
        }

        void Requests()
        {
            switch (plan.Requests)
            {
                case null:
                    Require(plan.Exercise is not null || Used().All(e => e is PlannedEngine.Command), "requests", "is missing: give prompts, prompts_file or lengths");
                    break;
                case PlannedRequests.Prompts { Texts: var texts }:
                    Require(texts.Count > 0, "requests.prompts", "must hold at least one prompt");
                    foreach (var (text, i) in texts.Select((t, i) => (t, i))) Require(text.Length > 0, $"requests.prompts.{i}", "must not be empty");
                    break;
                case PlannedRequests.Lengths { Items: var items }:
                    Require(items.Count > 0, "requests.lengths", "must hold at least one length");
                    foreach (var (item, i) in items.Select((l, i) => (l, i)))
                    {
                        Whole($"requests.lengths.{i}.prompt_tokens", item.PromptTokens, 1, 16_777_216);
                        Whole($"requests.lengths.{i}.count", item.Count, 1, 100_000);
                        foreach (var context in plan.Parameters.ContextTokens.Where(c => c > 0 && (long)item.PromptTokens + plan.Generation.MaxTokens > c))
                            problems.Add(new($"requests.lengths.{i}.prompt_tokens", FormattableString.Invariant($"{item.PromptTokens} and max_tokens {plan.Generation.MaxTokens} do not fit into context_tokens {context}")));
                    }
                    break;
            }
        }

        void Exercise()
        {
            if (plan.Exercise is not { } length) return;
            Require(length >= ExercisePattern.Shortest && length <= ExercisePattern.Longest, "exercise_seconds",
                FormattableString.Invariant($"must be from {ExercisePattern.Shortest.TotalSeconds:0} to {ExercisePattern.Longest.TotalSeconds:0} seconds"));
            Require(plan is { Requests: null, Models.Count: 0, Sync: null }, "exercise_seconds", "takes the place of models, requests and sync; leave them out");
            Require(!Used().Any(e => e is PlannedEngine.Command), "exercise_seconds", "is not possible with a command, which has no agent that could load the device");
        }

        void Generation()
        {
            var generation = plan.Generation;
            Whole("generation.max_tokens", generation.MaxTokens, 1, 1_000_000);
            Whole("generation.top_k", generation.TopK, 0, 1_000_000);
            Require(generation.Temperature is >= 0 and <= 10, "generation.temperature", "must be from 0 (always the likeliest token) to 10");
            Require(generation.TopP is > 0 and <= 1, "generation.top_p", "must be above 0 and at most 1");
            foreach (var (stop, i) in generation.Stop.Select((s, i) => (s, i))) Require(stop.Length > 0, $"generation.stop.{i}", "must not be empty");
        }

        IEnumerable<PlannedEngine> Used() => plan.Devices.SelectMany(device => ExperimentPlanExpansion.EnginesOf(plan, device));
    }
}
