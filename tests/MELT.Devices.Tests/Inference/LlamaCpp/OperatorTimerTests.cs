using MELT.Devices.Inference;
using MELT.Devices.Tests.Models;

namespace MELT.Devices.Tests.Inference.LlamaCpp;

public sealed class OperatorTimerTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Layers = 6;

    private static EngineSettings Asked(bool? profile) => new() { ContextTokens = 256, BatchTokens = 16, ProfileOperators = profile };

    private static GenerationSettings Fixed(int tokens) => new() { MaxTokens = tokens, IgnoreEndOfSequence = true };

    [SkippableFact]
    public async Task Every_operator_of_every_evaluation_is_told_by_layer_and_device()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), Asked(true));

        var response = await engine.AskAsync(new(3, null, 40, Fixed(6)));

        var told = response.Events.OfType<EngineEvent.OperatorsProfiled>().ToList();
        told.Select(e => (e.Request, e.Phase)).ShouldBe([(3, "prefill"), (3, "decode")]);
        told[0].Graphs.Select(g => (g.Index, g.Tokens)).ShouldBe([(0, 16), (1, 16), (2, 8)]);
        told[1].Graphs.Select(g => (g.Index, g.Tokens)).ShouldBe([(3, 1), (4, 1), (5, 1), (6, 1), (7, 1)]);
        foreach (var phase in told)
        {
            phase.Operators.Select(o => o.Module).Distinct().Order().ShouldBe(["blk.0", "blk.1", "blk.2", "blk.3", "blk.4", "blk.5", "input", "output"]);
            phase.Operators.Select(o => o.Device).Distinct().ShouldHaveSingleItem().ShouldBe("CPU");
            phase.Operators.Select(o => o.WallNanoseconds).ShouldBeInOrder(SortDirection.Descending);
            phase.Operators.ShouldAllBe(o => o.WallNanoseconds > 0 && (!OperatingSystem.IsLinux() || o.CpuNanoseconds > 0));
            phase.Operators.Sum(o => o.WallNanoseconds).ShouldBeLessThan(phase.Graphs.Sum(g => g.WallNanoseconds));
        }
        // Query, key, value, output; gate, up, down: seven products in each layer, and one that makes the logits.
        var products = told[1].Operators.Where(o => o.Operator == "MUL_MAT").ToDictionary(o => o.Module!, o => o.Calls);
        products.ShouldBe(Enumerable.Range(0, Layers).Select(i => KeyValuePair.Create($"blk.{i}", 5 * 7L)).Append(new("output", 5)), ignoreOrder: true);
        told[1].Operators.ShouldNotContain(o => o.Operator == "VIEW" || o.Operator == "RESHAPE");
    }

    [SkippableFact]
    public async Task No_operator_takes_more_processor_time_than_its_threads_had()
    {
        await using var engine = await EngineConversation.WithLlamaAsync();
        await engine.SendAsync(new EngineCommand.Load((await model.FileAsync()).Path, Asked(true) with { Threads = 2 }));
        await engine.NextAsync<EngineEvent.LoadBegun>();
        await engine.NextAsync<EngineEvent.LoadEnded>();

        var response = await engine.AskAsync(new(0, null, 16, Fixed(48)));

        // What reading the clocks takes, before an operator and after it, is inside for a few microseconds each time; once in a while the machine interrupts there.
        var all = response.Events.OfType<EngineEvent.OperatorsProfiled>().SelectMany(e => e.Operators).ToList();
        Skip.If(all.TrueForAll(o => o.CpuNanoseconds is null), "another thread of this process began just when the engine's did, so nobody knows which are the engine's");
        foreach (var operators in all.GroupBy(o => o.Operator))
            operators.Sum(o => o.CpuNanoseconds ?? 0).ShouldBeLessThanOrEqualTo(2 * operators.Sum(o => o.WallNanoseconds + 20_000 * o.Calls) + 20_000_000, operators.Key);
    }

    [SkippableFact]
    public async Task Each_request_tells_of_its_own_evaluations()
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), Asked(true));

        foreach (var request in (int[])[0, 1])
        {
            var response = await engine.AskAsync(new(request, null, 8, Fixed(3)));
            var told = response.Events.OfType<EngineEvent.OperatorsProfiled>().ToList();
            told.ShouldAllBe(e => e.Request == request);
            told.SelectMany(e => e.Graphs).Select(g => g.Index).ShouldBe([0, 1, 2]);
            foreach (var (graph, emission) in told[1].Graphs.Zip(response.Emissions.Skip(1)))
                graph.WallNanoseconds.ShouldBeInRange(1, emission.EvaluationEnded!.Value - emission.EvaluationBegun!.Value);
        }
    }

    [SkippableTheory]
    [InlineData(null)]
    [InlineData(false)]
    public async Task Nothing_is_timed_unless_asked(bool? profile)
    {
        await using var engine = await EngineConversation.WithModelAsync(await model.FileAsync(), Asked(profile));

        var response = await engine.AskAsync(new(0, null, 8, Fixed(3)));

        response.Events.OfType<EngineEvent.OperatorsProfiled>().ShouldBeEmpty();
    }
}
