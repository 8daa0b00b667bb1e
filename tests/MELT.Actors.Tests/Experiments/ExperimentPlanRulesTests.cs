using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Devices;

namespace MELT.Actors.Tests.Experiments;

public sealed class ExperimentPlanRulesTests
{
    private static readonly ExperimentPlan Good = new()
    {
        Name = "good",
        Models = ["m.gguf"],
        Requests = new PlannedRequests.Lengths([new(64)]),
    };

    private static readonly PlannedDevice Phone = new(new DeviceId("phone"), new PlannedLink.Simulated("phone-monsoon"));

    [Fact]
    public void A_good_plan_has_no_problem() => Good.Problems().ShouldBeEmpty();

    [Fact]
    public void Steps_of_load_need_neither_model_nor_requests() => (Good with { Models = [], Requests = null, Exercise = TimeSpan.FromSeconds(60) }).Problems().ShouldBeEmpty();

    public static TheoryData<string, string, ExperimentPlan> Broken => new()
    {
        { "name", "1 to 100 characters", Good with { Name = " " } },
        { "devices", "at least one", Good with { Devices = [] } },
        { "devices.1", "listed twice", Good with { Devices = [PlannedDevice.Host, PlannedDevice.Host] } },
        { "devices.0.id", "letters, digits", Good with { Devices = [new(new DeviceId("a/b"), new PlannedLink.Local())] } },
        { "devices.0", "simulated and cannot run llama.cpp", Good with { Devices = [Phone], Engines = [new PlannedEngine.LlamaCpp()] } },
        { "devices.0", "real device", Good with { Engines = [new PlannedEngine.Simulated()] } },
        { "engine.0", "program to run", Good with { Engines = [new PlannedEngine.Command([])] } },
        { "sync", "no agent", Good with { Engines = [new PlannedEngine.Command(["true"])], Sync = SyncMode.On } },
        { "baseline_after_seconds", "0 to 86400", Good with { BaselineAfter = TimeSpan.FromSeconds(-1) } },
        { "exercise_seconds", "from 3 to 600", Good with { Models = [], Requests = null, Exercise = TimeSpan.FromSeconds(1) } },
        { "exercise_seconds", "takes the place of", Good with { Exercise = TimeSpan.FromSeconds(30) } },
        { "exercise_seconds", "no agent", Good with { Models = [], Requests = null, Engines = [new PlannedEngine.Command(["true"])], Exercise = TimeSpan.FromSeconds(30) } },
        { "models", "is missing", Good with { Models = [] } },
        { "models.1", "listed twice", Good with { Models = ["m.gguf", "m.gguf"] } },
        { "requests", "is missing", Good with { Requests = null } },
        { "requests.prompts", "at least one prompt", Good with { Requests = new PlannedRequests.Prompts([]) } },
        { "requests.prompts.0", "must not be empty", Good with { Requests = new PlannedRequests.Prompts([""]) } },
        { "requests.lengths.0.count", "from 1 to 100000, not 0", Good with { Requests = new PlannedRequests.Lengths([new(8, 0)]) } },
        { "requests.lengths.0.prompt_tokens", "do not fit into context_tokens 100", Good with { Parameters = new() { ContextTokens = [100] } } },
        { "parameters.threads.0", "from 1 to 1024, not 0", Good with { Parameters = new() { Threads = [0] } } },
        { "parameters.kv_type.0", "must be one of f32", Good with { Parameters = new() { KvType = ["q9"] } } },
        { "parameters.profile_operators", "can time its operators", Good with { Devices = [Phone], Parameters = new() { ProfileOperators = [true] } } },
        { "parameters.profile_operators.1", "listed twice", Good with { Parameters = new() { ProfileOperators = [true, true] } } },
        { "generation.max_tokens", "not 0", Good with { Generation = new() { MaxTokens = 0 } } },
        { "generation.temperature", "from 0", Good with { Generation = new() { Temperature = float.NaN } } },
        { "generation.top_p", "above 0", Good with { Generation = new() { TopP = 0 } } },
        { "warmup", "not -1", Good with { Warmup = -1 } },
        { "repetitions", "not 0", Good with { Repetitions = 0 } },
        { "repetitions", "20000 sessions", Good with { Repetitions = 10_000, Parameters = new() { Threads = [1, 2] } } },
        { "baseline_seconds", "0 to 86400", Good with { Baseline = TimeSpan.FromSeconds(-1) } },
        { "meters.0", "device/meter", Good with { Meters = ["power"] } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_plan_is_refused_with_key_and_reason(string key, string reason, ExperimentPlan plan) =>
        plan.Problems().ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Key.ShouldBe(key), p => p.Text.ShouldContain(reason));

    [Fact]
    public void All_problems_are_reported_together() =>
        (Good with { Warmup = -1, Repetitions = 0, Models = [] }).Problems().Select(p => p.Key).ShouldBe(["models", "warmup", "repetitions"]);
}
