using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;

namespace MELT.Sensors.Tests.Analysis;

/// <summary>Engines that do not tell everything: a server without usage, a program without instants. What cannot be known is refused by name.</summary>
public sealed class UncountedTests
{
    [Fact]
    public void Tokens_that_nobody_counted_have_times_and_no_rates()
    {
        var results = Session(
        [
            new EngineEvent.RequestBegun(At(1), 0), new EngineEvent.Emitted(At(1.5), 0, 1, "a"), new EngineEvent.Emitted(At(1.7), 0, 1, "b"),
            new EngineEvent.Finished(At(1.7), 0, "end", new(0, 0, 0), null),
        ]);

        Value(results, "ttft_seconds").Value!.Value.ShouldBe(0.5, 1e-9);
        Value(results, "e2el_seconds").Value!.Value.ShouldBe(0.7, 1e-9);
        foreach (var key in new[] { "tpot_seconds", "decode_tokens_per_second", "prefill_tokens_per_second" }) { Refused(results, key); }
    }

    [Fact]
    public void Over_HTTP_the_prompts_evaluation_is_not_reported_and_everything_else_is()
    {
        var results = Session(
        [
            new EngineEvent.RequestBegun(At(1), 0, 12.5), new EngineEvent.Emitted(At(1.5), 0, 1, "so", Reasoning: true), new EngineEvent.Emitted(At(1.7), 0, 3, "yes"),
            new EngineEvent.Finished(At(1.7), 0, "end", new(20, 18, 5), new(400, 18, 160, 4)),
        ]);

        Refused(results, "prefill_tokens_per_second");
        Value(results, "ttft_answer_seconds").Value!.Value.ShouldBe(0.7, 1e-9);
        Value(results, "tpot_seconds").Value!.Value.ShouldBe(0.05, 1e-9);
        Value(results, "engine_prefill_tokens_per_second").Value!.Value.ShouldBe(45, 1e-9);
        results.Requests[0].ObservedAt.ShouldBe("client");
    }

    [Fact]
    public void Counters_count_where_nobody_saw_the_request_begin()
    {
        var results = Session([new EngineEvent.Finished(At(2), 0, "length", new(16, 16, 8), new(4, 16, 8, 8))]);

        Value(results, "engine_decode_tokens_per_second").Value!.Value.ShouldBe(1000, 1e-9);
        foreach (var key in new[] { "ttft_seconds", "e2el_seconds", "tpot_seconds", "decode_tokens_per_second", "prefill_tokens_per_second" }) { Refused(results, key); }
    }

    [Fact]
    public void Tokens_that_all_became_visible_at_once_tell_no_time_between_them()
    {
        var results = Session([new EngineEvent.RequestBegun(At(1), 0), new EngineEvent.Emitted(At(1.5), 0, 8, "all of it"), new EngineEvent.Finished(At(1.5), 0, "stop", new(16, 16, 8), null)]);

        Value(results, "ttft_seconds").Value!.Value.ShouldBe(0.5, 1e-9);
        foreach (var key in new[] { "tpot_seconds", "decode_tokens_per_second" }) { Refused(results, key); }
    }

    private static SessionResults Session(IReadOnlyList<EngineEvent> events) => Some.Analyse(
    [
        new RecordingEntry.Opened(Some.Header with { WarmupRequests = [] }),
        new RecordingEntry.Engine(
        [
            new EngineEvent.Ready(At(0), "openai-compatible", "1", null, new("host", 1, 0)),
            new EngineEvent.LoadEnded(At(0.1), new() { Name = "m" }, new Dictionary<string, string> { ["observed_at"] = "client" }),
            .. events,
            new EngineEvent.Exited(At(3), 0, null, null),
        ]),
    ]);

    private static Stamp At(double seconds) => new((long)(seconds * 1e9));

    private static Quantity Value(SessionResults results, string key) => (Quantity)results.Metrics[key];

    private static void Refused(SessionResults results, string key)
    {
        Value(results, key).Value.ShouldBeNull(key);
        Value(results, key).Reason!.Code.ShouldBe("not-reported", key);
    }
}
