using MELT.Actors.Experiments;
using MELT.Devices;
using MELT.Devices.Inference;

namespace MELT.Actors.Tests.Experiments;

public sealed class ExperimentPlanTests
{
    private static readonly PlannedDevice Phone = new(new DeviceId("phone-1"), new PlannedLink.Simulated("phone-monsoon", 7));

    private static ExperimentPlan Plan() => new()
    {
        Name = "two lengths",
        Models = ["synthetic:tiny:f16"],
        Requests = new PlannedRequests.Lengths([new(64, 2), new(128)]),
    };

    [Fact]
    public void Models_and_parameters_expand_into_every_combination_in_a_stable_order() =>
        (Plan() with { Models = ["a.gguf", "b.gguf"], Parameters = new() { Threads = [1, 2] }, Repetitions = 2 })
            .Expand().Select(s => (s.Index, s.Cell.Name, s.Repetition)).ShouldBe(
            [
                (0, "host, llama.cpp, a.gguf, threads=1", 1), (1, "host, llama.cpp, a.gguf, threads=1", 2),
                (2, "host, llama.cpp, a.gguf, threads=2", 1), (3, "host, llama.cpp, a.gguf, threads=2", 2),
                (4, "host, llama.cpp, b.gguf, threads=1", 1), (5, "host, llama.cpp, b.gguf, threads=1", 2),
                (6, "host, llama.cpp, b.gguf, threads=2", 1), (7, "host, llama.cpp, b.gguf, threads=2", 2),
            ]);

    [Fact]
    public void Every_parameter_reaches_the_engine_settings()
    {
        var cells = (Plan() with
        {
            Parameters = new()
            {
                Threads = [1],
                ContextTokens = [512],
                BatchTokens = [32],
                GpuLayers = [4],
                FlashAttention = [false],
                KvType = ["q8_0"],
                Mmap = [true],
                Mlock = [false, true],
                ProfileOperators = [true],
            },
        }).Expand().Select(s => s.Cell).ToArray();

        cells.Length.ShouldBe(2);
        cells[1].Settings.ShouldBe(new EngineSettings { Threads = 1, ContextTokens = 512, BatchTokens = 32, GpuLayers = 4, FlashAttention = false, KvType = "q8_0", Mmap = true, Mlock = true, ProfileOperators = true });
        cells[1].Name.ShouldBe("host, llama.cpp, synthetic:tiny:f16, threads=1, context_tokens=512, batch_tokens=32, gpu_layers=4, flash_attention=false, kv_type=q8_0, mmap=true, mlock=true, profile_operators=true");
    }

    [Fact]
    public void A_local_and_a_simulated_device_each_get_the_engine_they_can_run() =>
        (Plan() with { Devices = [PlannedDevice.Host, Phone] }).Expand().Select(s => s.Cell.Engine)
            .ShouldBe([new PlannedEngine.LlamaCpp(), new PlannedEngine.Simulated()]);

    [Fact]
    public void Warm_up_requests_come_in_front_and_repeat_the_first() =>
        (Plan() with { Warmup = 2 }).Expand().Single().Requests.Select(r => (r.Request.Index, r.Request.PromptTokens, r.Warmup))
            .ShouldBe([(0, 64, true), (1, 64, true), (2, 64, false), (3, 64, false), (4, 128, false)]);

    [Fact]
    public void Without_warm_up_every_request_counts() =>
        (Plan() with { Warmup = 0 }).Expand().Single().Requests.ShouldAllBe(r => !r.Warmup);

    [Fact]
    public void Prompts_become_requests_with_the_generation_settings_of_the_plan()
    {
        var plan = Plan() with { Requests = new PlannedRequests.Prompts(["hello", "bye"]), Generation = new() { MaxTokens = 5, Seed = 9 }, Warmup = 0 };
        plan.Expand().Single().Requests.Select(r => r.Request).ShouldBe(
            [new EngineCommand.Request(0, "hello", null, plan.Generation), new EngineCommand.Request(1, "bye", null, plan.Generation)]);
    }

    [Fact]
    public void A_command_is_one_cell_without_model_requests_or_parameters()
    {
        var plan = new ExperimentPlan { Name = "sleep", Engines = [new PlannedEngine.Command(["sleep", "1"])], Repetitions = 3 };
        plan.Problems().ShouldBeEmpty();
        var sessions = plan.Expand();
        sessions.Select(s => s.Cell.Name).ShouldBe(["host, sleep 1", "host, sleep 1", "host, sleep 1"]);
        sessions.ShouldAllBe(s => s.Cell.Model == null && s.Requests.Count == 0);
    }

    [Fact]
    public void Shuffling_keeps_every_session_and_the_seed_decides_the_order()
    {
        var plan = Plan() with { Parameters = new() { Threads = [1, 2, 3, 4] }, Repetitions = 10 };
        string[] Order(PlannedOrder order) => [.. (plan with { Order = order }).Expand().Select(s => $"{s.Cell.Name} #{s.Repetition}")];
        var written = Order(new PlannedOrder.AsWritten());
        var shuffled = Order(new PlannedOrder.Shuffled(42));

        shuffled.ShouldBe(written, ignoreOrder: true);
        shuffled.ShouldNotBe(written);
        shuffled.ShouldBe(Order(new PlannedOrder.Shuffled(42)));
        shuffled.ShouldNotBe(Order(new PlannedOrder.Shuffled(43)));
        (plan with { Order = new PlannedOrder.Shuffled(42) }).Expand().Select(s => s.Index).ShouldBe(Enumerable.Range(0, 40));
    }

    [Fact]
    public void The_shuffled_order_of_a_seed_is_the_same_in_every_version() =>
        (Plan() with { Parameters = new() { Threads = [1, 2, 3, 4, 5, 6] }, Order = new PlannedOrder.Shuffled(1) })
            .Expand().Select(s => s.Cell.Settings.Threads!.Value).ShouldBe([1, 2, 4, 3, 5, 6]);
}
