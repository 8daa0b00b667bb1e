using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class PlanReaderTests : IDisposable
{
    private const string Good = "name: x\nmodels: m.gguf\nrequests: { lengths: { prompt_tokens: 8 } }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-plan-");

    public void Dispose() => _folder.Delete(recursive: true);

    private Reading<ExperimentPlan> Parse(string yaml) => PlanReader.Parse("plan.yaml", yaml, _folder.FullName);

    [Fact]
    public void Every_key_reaches_its_place()
    {
        var reading = Parse("""
            name: everything
            devices:
              - { id: host }
              - { id: phone, link: simulated, profile: phone-monsoon, seed: 7, engine: simulated }
            engine: [llama.cpp, { command: [sleep, "1"] }]
            models: [a.gguf, "synthetic:tiny:q4_0"]
            parameters: { threads: [1, 2], context_tokens: 512, batch_tokens: 64, gpu_layers: 0, flash_attention: true, kv_type: [f16, q8_0], mmap: [true, false], mlock: false }
            requests: { lengths: [{ prompt_tokens: 64, count: 2 }, { prompt_tokens: 128 }] }
            generation: { max_tokens: 32, ignore_eos: true, temperature: 0.7, top_k: 10, top_p: 0.5, seed: 4294967295, stop: ["###"] }
            warmup: 2
            repetitions: 3
            baseline_seconds: 0.3
            cool_down_seconds: 5
            order: { shuffled: 42 }
            baseline_after_seconds: 4
            sync: auto
            allow_estimates: true
            meters: plug-1/power
            retries: 1
            """);

        reading.Problems.ShouldBeEmpty();
        reading.Value!.Canonical().ShouldBe(new ExperimentPlan
        {
            Name = "everything",
            Devices = [PlannedDevice.Host, new(new DeviceId("phone"), new PlannedLink.Simulated("phone-monsoon", 7), new PlannedEngine.Simulated())],
            Engines = [new PlannedEngine.LlamaCpp(), new PlannedEngine.Command(["sleep", "1"])],
            Models = ["a.gguf", "synthetic:tiny:q4_0"],
            Parameters = new() { Threads = [1, 2], ContextTokens = [512], BatchTokens = [64], GpuLayers = [0], FlashAttention = [true], KvType = ["f16", "q8_0"], Mmap = [true, false], Mlock = [false] },
            Requests = new PlannedRequests.Lengths([new(64, 2), new(128)]),
            Generation = new() { MaxTokens = 32, IgnoreEndOfSequence = true, Temperature = 0.7f, TopK = 10, TopP = 0.5f, Seed = uint.MaxValue, Stop = ["###"] },
            Warmup = 2,
            Repetitions = 3,
            Baseline = TimeSpan.FromMilliseconds(300),
            CoolDown = TimeSpan.FromSeconds(5),
            BaselineAfter = TimeSpan.FromSeconds(4),
            Sync = SyncMode.Auto,
            Order = new PlannedOrder.Shuffled(42),
            AllowEstimates = true,
            Meters = ["plug-1/power"],
            Retries = 1,
        }.Canonical());
    }

    [Fact]
    public void Whether_operators_are_timed_can_be_said_and_varied()
    {
        Parse(Good + "parameters: { profile_operators: [false, true] }").Value!.Parameters.ProfileOperators.ShouldBe([false, true]);
        Parse(Good).Value!.Parameters.ProfileOperators.ShouldBeNull();
    }

    [Fact]
    public void What_a_plan_leaves_out_is_as_by_default() =>
        Parse(Good).Value!.Canonical().ShouldBe(new ExperimentPlan { Name = "x", Models = ["m.gguf"], Requests = new PlannedRequests.Lengths([new(8)]) }.Canonical());

    [Theory]
    [InlineData(Good + "thraeds: 1", "plan.yaml:4:1: thraeds: there is no such key; allowed here: name, devices")]
    [InlineData(Good + "repetition: 2", "plan.yaml:4:1: repetition: there is no such key; did you mean 'repetitions'?")]
    [InlineData(Good + "parameters:\n  thread: 1", "plan.yaml:5:3: parameters.thread: there is no such key; did you mean 'threads'?")]
    [InlineData(Good + "sync: maybe", "plan.yaml:4:7: sync: must be off or auto or on, not 'maybe'")]
    [InlineData(Good + "repetitions: many", "plan.yaml:4:14: repetitions: must be a whole number, not 'many'")]
    [InlineData(Good + "repetitions: \"3\"", "repetitions: must be a whole number, not the text \"3\"")]
    [InlineData(Good + "repetitions: 0", "plan.yaml:4:14: repetitions: must be a whole number from 1 to 10000, not 0")]
    [InlineData(Good + "repetitions: 99999999999", "repetitions: must be a whole number, not '99999999999'")]
    [InlineData(Good + "repetitions: [1]", "repetitions: must be a whole number, not a list")]
    [InlineData(Good + "parameters: { threads: [1, two] }", "plan.yaml:4:28: parameters.threads.1: must be a whole number, not 'two'")]
    [InlineData(Good + "parameters: { threads: [] }", "plan.yaml:4:24: parameters.threads: must not be an empty list")]
    [InlineData(Good + "parameters: { threads: [1, 4, 0] }", "plan.yaml:4:31: parameters.threads.2: must be a whole number from 1 to 1024, not 0")]
    [InlineData(Good + "parameters: { kv_type: q9 }", "plan.yaml:4:24: parameters.kv_type.0: must be one of f32")]
    [InlineData(Good + "parameters: 4", "plan.yaml:4:13: parameters: must be a mapping with threads, context_tokens")]
    [InlineData(Good + "allow_estimates: yes", "must be true or false, not 'yes'")]
    [InlineData(Good + "engine: lama.cpp", "plan.yaml:4:9: engine: must be llama.cpp or simulated or device or a mapping 'command: [program, argument, …]', not 'lama.cpp'; did you mean 'llama.cpp'?")]
    [InlineData(Good + "order: random", "order: must be as-written or a mapping 'shuffled: SEED', not 'random'")]
    [InlineData(Good + "devices: []", "devices: must not be an empty list")]
    [InlineData(Good + "devices: [{ id: p, link: simulated }]", "plan.yaml:4:11: devices.0.profile: is missing")]
    [InlineData(Good + "devices: [{ id: p, profile: plug }]", "devices.0.profile: is for simulated devices; add 'link: simulated'")]
    [InlineData(Good + "devices: [{ id: p, link: simulated, profile: plug }]\nengine: llama.cpp", "plan.yaml:4:11: devices.0: 'p' is simulated and cannot run llama.cpp")]
    [InlineData(Good + "generation: { seed: -1 }", "generation.seed: must be a whole number from 0 to 4294967295, not '-1'")]
    [InlineData(Good + "generation: { temperature: hot }", "generation.temperature: must be a number, not 'hot'")]
    [InlineData(Good + "name: again", "plan.yaml:4:1: duplicate key")]
    [InlineData(Good + "generation:\n\tseed: 1", "plan.yaml:5:1: a tab; YAML is indented with spaces")]
    [InlineData(Good + "stop: [", "is not YAML")]
    [InlineData(Good + "models: &m x", "duplicate key")]
    [InlineData("name: &n x\nmodels: *n", "plan.yaml:2:9: aliases are not supported")]
    [InlineData(Good + "---\nname: y", "plan.yaml:4:1: a second document begins here")]
    [InlineData("", "plan.yaml: is empty")]
    [InlineData("- name", "plan.yaml:1:1: must be a mapping with name")]
    [InlineData("name: x\nmodels: m", "plan.yaml:1:1: requests: is missing")]
    [InlineData("name: x\nrequests: { lengths: { prompt_tokens: 8 } }", "models: is missing")]
    [InlineData("name:\nmodels: m\nrequests: { prompts: [a] }", "name: must be text, not empty")]
    [InlineData("models: m\nrequests: { prompts: [a] }", "plan.yaml:1:1: name: is missing")]
    [InlineData("name: x\nmodels: m\nrequests:\n  prompts: [a]\n  lengths: { prompt_tokens: 1 }", "plan.yaml:5:12: requests.lengths: cannot stand beside prompts")]
    [InlineData("name: x\nmodels: m\nrequests: {}", "must have one of prompts, prompts_file and lengths")]
    [InlineData("name: x\nmodels: m\nrequests: { prompts: [a, ''] }", "plan.yaml:3:26: requests.prompts.1: must not be empty")]
    [InlineData("name: x\nmodels: m\nrequests: { prompts: a, limit: 1 }", "requests.limit: goes with prompts_file only")]
    [InlineData("name: x\nmodels: m\nrequests: { prompts_file: none.txt }", "plan.yaml:3:27: requests.prompts_file: none.txt: there is no such file")]
    public void A_mistake_names_file_line_column_and_key_and_what_is_allowed(string yaml, string message)
    {
        var reading = Parse(yaml);
        reading.Value.ShouldBeNull();
        reading.Problems.ShouldHaveSingleItem().ToString().ShouldContain(message, Case.Insensitive);
    }

    [Fact]
    public void Several_mistakes_are_reported_together_in_the_order_of_their_lines() =>
        Parse("name: x\nmodels: []\nrequests: { lengths: { prompt_tokens: 0 } }\nwarmup: -1\ncolour: red\n").Problems.Select(p => (p.At.Line, p.Key))
            .ShouldBe([(2, "models"), (3, "requests.lengths.0.prompt_tokens"), (4, "warmup"), (5, "colour")]);

    [Fact]
    public void Prompts_come_from_lines_of_a_file_beside_the_plan()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "p.txt"), "one\r\n\n  two  \nthree");
        PromptsOf("prompts_file: p.txt").ShouldBe(["one", "  two  ", "three"]);
        PromptsOf("{ prompts_file: p.txt, limit: 2 }").ShouldBe(["one", "  two  "]);
    }

    [Fact]
    public void Prompts_come_from_a_list_of_texts_or_of_conversations()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "p.json"), """["a", ["b\nc", "d"], []]""");
        PromptsOf("prompts_file: p.json").ShouldBe(["a", "b\nc", "d"]);
    }

    [Theory]
    [InlineData("[\"a\",\n 5x]", "p.json:2:3: is not JSON")]
    [InlineData("{}", "p.json: must be a list of prompts")]
    [InlineData("[\"a\", 5]", "p.json: item 1 of the list must be text")]
    [InlineData("[\"\\ud800\"]", "p.json: item 0 of the list must be text")]
    [InlineData("[]", "requests.prompts: must hold at least one prompt")]
    public void A_broken_prompts_file_is_refused_with_its_own_place(string json, string message)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "p.json"), json);
        Parse("name: x\nmodels: m\nrequests: { prompts_file: p.json }").Problems.ShouldHaveSingleItem().ToString().ShouldContain(message);
    }

    [SkippableFact]
    public void The_conversations_of_the_original_are_read_prompt_by_prompt()
    {
        var file = Shared("data", "melt-original", "conversations.json");
        Skip.If(file is null, "the original's conversations.json is not here");
        PromptsOf($"prompts_file: {file}").ShouldSatisfyAllConditions(p => p.Count.ShouldBeGreaterThan(300), p => p[0].ShouldBe("What's good lucky number for today?"));
        PromptsOf($"{{ prompts_file: {file}, limit: 7 }}").Count.ShouldBe(7);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_refused()
    {
        PlanReader.Read(Path.Combine(_folder.FullName, "none.yaml")).Problems.ShouldHaveSingleItem().Text.ShouldContain("no such file");
        PlanReader.Read(_folder.FullName).Problems.ShouldHaveSingleItem().Text.ShouldContain("folder");
        var latin = Path.Combine(_folder.FullName, "latin.yaml");
        File.WriteAllBytes(latin, [(byte)'a', 0xE9]);
        PlanReader.Read(latin).Problems.ShouldHaveSingleItem().ToString().ShouldBe($"{latin}:1:2: is not UTF-8 text; save the file as UTF-8");
    }

    public static TheoryData<string> Examples() => [.. Directory.GetFiles(Path.Combine(Root(), "docs", "plans"), "*.yaml").Select(p => Path.GetFileName(p))];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_plan_can_run(string name)
    {
        var reading = PlanReader.Read(Path.Combine(Root(), "docs", "plans", name));
        reading.Problems.ShouldBeEmpty();
        reading.Value!.Expand().ShouldNotBeEmpty();
    }

    private IReadOnlyList<string> PromptsOf(string requests)
    {
        var reading = Parse($"name: x\nmodels: m\nrequests:\n  {requests}\n");
        reading.Problems.ShouldBeEmpty();
        return reading.Value!.Requests.ShouldBeOfType<PlannedRequests.Prompts>().Texts;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MELT.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("MELT.sln lies nowhere above the tests.");
        return folder.FullName;
    }

    /// <summary>A file of the folder <c>shared</c> beside the repository or above it; null where there is none.</summary>
    private static string? Shared(params string[] path)
    {
        for (var folder = new DirectoryInfo(Root()); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine([folder.FullName, "shared", .. path]);
            if (File.Exists(file)) return file;
        }
        return null;
    }
}
