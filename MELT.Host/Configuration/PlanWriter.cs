using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MELT.Actors.Experiments;
using MELT.Devices.Inference;

namespace MELT.Host.Configuration;

/// <summary>Writes a plan as the YAML that <see cref="PlanReader"/> reads back as the same plan; what is as by default is left out.</summary>
public static partial class PlanWriter
{
    public static string Write(ExperimentPlan plan)
    {
        var yaml = new StringBuilder();
        var defaults = new ExperimentPlan { Name = plan.Name };
        Line(0, "name", Quote(plan.Name));
        if (!plan.Devices.SequenceEqual(defaults.Devices))
        {
            yaml.Append("devices:\n");
            foreach (var device in plan.Devices)
            {
                yaml.Append(CultureInfo.InvariantCulture, $"  - id: {Quote(device.Id.Value)}\n");
                if (device.Link is PlannedLink.Simulated link)
                {
                    Line(4, "link", "simulated");
                    Line(4, "profile", Quote(link.Profile));
                    Line(4, "seed", Show(link.Seed));
                }
                if (device.Link is PlannedLink.Configured) Line(4, "link", "configured");
                if (device.Engine is { } engine) Line(4, "engine", Show(engine));
            }
        }
        if (plan.Engines.Count > 0) List(0, "engine", plan.Engines.Select(Show));
        if (plan.Models.Count > 0) List(0, "models", plan.Models.Select(Quote));
        Parameters(plan.Parameters);
        Requests(plan.Requests);
        Generation(plan.Generation);
        if (plan.Warmup != defaults.Warmup) Line(0, "warmup", Show(plan.Warmup));
        if (plan.Repetitions != defaults.Repetitions) Line(0, "repetitions", Show(plan.Repetitions));
        if (plan.Baseline is { } baseline) Line(0, "baseline_seconds", Show(baseline.TotalSeconds));
        if (plan.CoolDown is { } coolDown) Line(0, "cool_down_seconds", Show(coolDown.TotalSeconds));
        if (plan.BaselineAfter is { } after) Line(0, "baseline_after_seconds", Show(after.TotalSeconds));
        if (plan.Sync is { } sync) Line(0, "sync", SyncWord.From(sync));
        if (plan.Exercise is { } exercise) Line(0, "exercise_seconds", Show(exercise.TotalSeconds));
        if (plan.Order is PlannedOrder.Shuffled shuffled) Line(0, "order", $"{{ shuffled: {Show(shuffled.Seed)} }}");
        if (plan.AllowEstimates) Line(0, "allow_estimates", "true");
        if (plan.Meters.Count > 0) List(0, "meters", plan.Meters.Select(Quote));
        if (plan.Retries != defaults.Retries) Line(0, "retries", Show(plan.Retries));
        return yaml.ToString();

        void Line(int indent, string key, string value) => yaml.Append(' ', indent).Append(key).Append(": ").Append(value).Append('\n');

        void List(int indent, string key, IEnumerable<string> values) => Line(indent, key, $"[{string.Join(", ", values)}]");

        void Parameters(PlannedParameters p)
        {
            (string Key, string[] Values)[] given =
            [
                ("threads", [.. p.Threads.Select(v => Show(v))]), ("context_tokens", [.. p.ContextTokens.Select(v => Show(v))]),
                ("batch_tokens", [.. p.BatchTokens.Select(v => Show(v))]), ("gpu_layers", [.. p.GpuLayers.Select(v => Show(v))]),
                ("flash_attention", [.. p.FlashAttention.Select(Show)]), ("kv_type", [.. p.KvType.Select(Quote)]),
                ("mmap", [.. p.Mmap.Select(Show)]), ("mlock", [.. p.Mlock.Select(Show)]),
                ("profile_operators", [.. (p.ProfileOperators ?? []).Select(Show)]),
            ];
            if (given.All(g => g.Values.Length == 0)) return;
            yaml.Append("parameters:\n");
            foreach (var (key, values) in given.Where(g => g.Values.Length > 0)) List(2, key, values);
        }

        void Requests(PlannedRequests? requests)
        {
            if (requests is null) return;
            yaml.Append("requests:\n");
            yaml.Append(requests is PlannedRequests.Prompts ? "  prompts:\n" : "  lengths:\n");
            foreach (var text in (requests as PlannedRequests.Prompts)?.Texts ?? []) yaml.Append("    - ").Append(Quote(text)).Append('\n');
            foreach (var length in (requests as PlannedRequests.Lengths)?.Items ?? [])
                yaml.Append(CultureInfo.InvariantCulture, $"    - {{ prompt_tokens: {length.PromptTokens}, count: {length.Count} }}\n");
        }

        void Generation(GenerationSettings g)
        {
            var usual = new GenerationSettings();
            yaml.Append("generation:\n");
            Line(2, "max_tokens", Show(g.MaxTokens));
            if (g.IgnoreEndOfSequence) Line(2, "ignore_eos", "true");
            Line(2, "temperature", Show(g.Temperature));
            if (g.TopK != usual.TopK) Line(2, "top_k", Show(g.TopK));
            if (!g.TopP.Equals(usual.TopP)) Line(2, "top_p", Show(g.TopP));
            Line(2, "seed", Show(g.Seed));
            if (g.Stop.Count > 0) List(2, "stop", g.Stop.Select(Quote));
        }
    }

    private static string Show<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Show(bool value) => value ? "true" : "false";

    private static string Show(PlannedEngine engine) =>
        engine is PlannedEngine.Command command ? $"{{ command: [{string.Join(", ", command.Arguments.Select(Quote))}] }}" : engine.Name;

    /// <summary>Plain where that is certain to mean the same text, else in double quotes with everything unprintable escaped.</summary>
    private static string Quote(string text)
    {
        if (PlainText().IsMatch(text) && text is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off")) return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c == '\n') quoted.Append("\\n");
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z/.][A-Za-z0-9._/-]*(:[A-Za-z0-9._/-]+)*\z")]
    private static partial Regex PlainText();
}
