using MELT.Actors.Experiments;
using MELT.Devices;
using MELT.Devices.Inference;
using YamlDotNet.RepresentationModel;

namespace MELT.Host.Configuration;

/// <summary>Reads an experiment plan from YAML; every mistake names file, line, column and key, and all are reported together.</summary>
public static class PlanReader
{
    private static readonly string[] Keys =
    [
        "name", "devices", "engine", "models", "parameters", "requests", "generation", "warmup", "repetitions",
        "baseline_seconds", "cool_down_seconds", "baseline_after_seconds", "sync", "exercise_seconds", "order", "allow_estimates", "meters", "retries",
    ];

    /// <summary>Reads a plan file; a prompts file it names lies relative to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="configured">How each device of devices.conf is reached: a device the plan only names is that one.</param>
    public static Reading<ExperimentPlan> Read(string path, IReadOnlyDictionary<string, string>? configured = null)
    {
        var text = SourceText.Read(path, path);
        return text.Value is null ? Reading<ExperimentPlan>.Refused(text.Problems) : Parse(path, text.Value, Path.GetDirectoryName(Path.GetFullPath(path))!, configured);
    }

    /// <summary>Reads the text of a plan, called <paramref name="source"/> in messages.</summary>
    public static Reading<ExperimentPlan> Parse(string source, string text, string folder, IReadOnlyDictionary<string, string>? configured = null)
    {
        var document = YamlText.Load(source, text);
        if (document.Value is null) return Reading<ExperimentPlan>.Refused(document.Problems);
        var yaml = new YamlFields(source);
        var plan = Plan(yaml, document.Value, folder, configured ?? new Dictionary<string, string>());
        var problems = yaml.Problems.Concat(plan.Problems().Where(p => !yaml.Refused(p.Key)).Select(p => new Problem(yaml.PlaceOf(p.Key), p.Key, p.Text)));
        Problem[] ordered = [.. problems.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column)];
        return ordered.Length == 0 ? Reading<ExperimentPlan>.Of(plan) : Reading<ExperimentPlan>.Refused(ordered);
    }

    private static ExperimentPlan Plan(YamlFields yaml, YamlNode root, string folder, IReadOnlyDictionary<string, string> configured)
    {
        var fields = yaml.Mapping(root, "", Keys);
        yaml.Require(fields, root, "name");
        var defaults = new ExperimentPlan { Name = "unnamed" };
        return new ExperimentPlan
        {
            Name = fields.Take("name", yaml.Text, defaults.Name),
            Devices = fields.Take("devices", (node, key) => yaml.List(node, key, (n, k) => Device(yaml, n, k, configured)), defaults.Devices),
            Engines = fields.Take("engine", (node, key) => yaml.List(node, key, (n, k) => Engine(yaml, n, k)), []),
            Models = fields.Take("models", yaml.Texts, []),
            Parameters = fields.Take("parameters", (node, key) => Parameters(yaml, node, key), defaults.Parameters),
            Requests = fields.Take("requests", (node, key) => PlanRequestsReader.Requests(yaml, node, key, folder), null),
            Generation = fields.Take("generation", (node, key) => Generation(yaml, node, key), defaults.Generation),
            Warmup = fields.Take("warmup", yaml.Whole, defaults.Warmup),
            Repetitions = fields.Take("repetitions", yaml.Whole, defaults.Repetitions),
            Baseline = fields.Take("baseline_seconds", yaml.Seconds, null),
            CoolDown = fields.Take("cool_down_seconds", yaml.Seconds, null),
            BaselineAfter = fields.Take("baseline_after_seconds", yaml.Seconds, null),
            Sync = SyncWord.Of(fields.Take("sync", (node, key) => yaml.OneOf(node, key, SyncWord.All), SyncWord.Off)),
            Exercise = fields.Take("exercise_seconds", yaml.Seconds, null),
            Order = fields.Take("order", (node, key) => Order(yaml, node, key), defaults.Order),
            AllowEstimates = fields.Take("allow_estimates", yaml.Switch, false),
            Meters = fields.Take("meters", yaml.Texts, []),
            Retries = fields.Take("retries", yaml.Whole, 0),
        };
    }

    private static PlannedDevice? Device(YamlFields yaml, YamlNode node, string key, IReadOnlyDictionary<string, string> configured)
    {
        var fields = yaml.Mapping(node, key, ["id", "link", "profile", "seed", "engine"]);
        if (node is not YamlMappingNode) return null;
        yaml.Require(fields, node, "id");
        var id = fields.Take("id", yaml.Text, "unnamed");
        var kind = configured.GetValueOrDefault(id ?? "");
        var link = fields.Take("link", (n, k) => yaml.OneOf(n, k, ["local", "simulated", "configured"]), kind is null ? "local" : "configured");
        if (link == "configured" && kind is null) yaml.Refuse(node, $"{key}.id", $"'{id}' is not in devices.conf{Spelling.Hint(id ?? "", configured.Keys)}");
        if (link == "simulated") yaml.Require(fields, node, "profile");
        else yaml.Forbid(fields, "is for simulated devices; add 'link: simulated'", "profile", "seed");
        return new(
            new DeviceId(id ?? "unnamed"),
            link == "configured" ? new PlannedLink.Configured(kind ?? "") : link == "simulated" ? new PlannedLink.Simulated(fields.Take("profile", yaml.Text, "unnamed"), fields.Take("seed", yaml.Long, 1)) : new PlannedLink.Local(),
            fields.Take("engine", (n, k) => Engine(yaml, n, k), null));
    }

    private static PlannedEngine? Engine(YamlFields yaml, YamlNode node, string key)
    {
        if (node is YamlMappingNode)
        {
            var fields = yaml.Mapping(node, key, ["command"]);
            yaml.Require(fields, node, "command");
            return new PlannedEngine.Command(fields.Take("command", yaml.Texts, ["unnamed"]));
        }
        return yaml.OneOf(node, key, ["llama.cpp", "simulated", "device"], " or a mapping 'command: [program, argument, …]'") switch
        {
            "llama.cpp" => new PlannedEngine.LlamaCpp(),
            "simulated" => new PlannedEngine.Simulated(),
            "device" => new PlannedEngine.OfDevice(),
            _ => null,
        };
    }

    private static PlannedParameters Parameters(YamlFields yaml, YamlNode node, string key)
    {
        var fields = yaml.Mapping(node, key, ["threads", "context_tokens", "batch_tokens", "gpu_layers", "flash_attention", "kv_type", "mmap", "mlock", "profile_operators"]);
        return new()
        {
            Threads = Wholes("threads"),
            ContextTokens = Wholes("context_tokens"),
            BatchTokens = Wholes("batch_tokens"),
            GpuLayers = Wholes("gpu_layers"),
            FlashAttention = Switches("flash_attention"),
            KvType = fields.Take("kv_type", yaml.Texts, []),
            Mmap = Switches("mmap"),
            Mlock = Switches("mlock"),
            ProfileOperators = Switches("profile_operators") is { Count: > 0 } profile ? profile : null,
        };

        IReadOnlyList<int> Wholes(string name) => fields.Take(name, (n, k) => yaml.Values(n, k, yaml.Whole), []);
        IReadOnlyList<bool> Switches(string name) => fields.Take(name, (n, k) => yaml.Values(n, k, yaml.Switch), []);
    }

    private static GenerationSettings Generation(YamlFields yaml, YamlNode node, string key)
    {
        var fields = yaml.Mapping(node, key, ["max_tokens", "ignore_eos", "temperature", "top_k", "top_p", "seed", "stop"]);
        var defaults = new GenerationSettings();
        return new()
        {
            MaxTokens = fields.Take("max_tokens", yaml.Whole, defaults.MaxTokens),
            IgnoreEndOfSequence = fields.Take("ignore_eos", yaml.Switch, defaults.IgnoreEndOfSequence),
            Temperature = fields.Take("temperature", yaml.Number, defaults.Temperature),
            TopK = fields.Take("top_k", yaml.Whole, defaults.TopK),
            TopP = fields.Take("top_p", yaml.Number, defaults.TopP),
            Seed = fields.Take("seed", yaml.Unsigned, defaults.Seed),
            Stop = fields.Take("stop", yaml.Texts, []),
        };
    }

    private static PlannedOrder Order(YamlFields yaml, YamlNode node, string key)
    {
        if (node is not YamlMappingNode)
        {
            yaml.OneOf(node, key, ["as-written"], " or a mapping 'shuffled: SEED'");
            return new PlannedOrder.AsWritten();
        }
        var fields = yaml.Mapping(node, key, ["shuffled"]);
        yaml.Require(fields, node, "shuffled");
        return new PlannedOrder.Shuffled(fields.Take("shuffled", yaml.Long, 1));
    }
}
