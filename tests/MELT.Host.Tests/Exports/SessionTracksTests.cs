using MELT.Devices.Inference;
using MELT.Host.Exports;
using MELT.Host.Exports.Perfetto;
using MELT.Host.Tests.Exports.Perfetto;

namespace MELT.Host.Tests.Exports;

/// <summary>One session as tracks.</summary>
public sealed class SessionTracksTests
{
    private static readonly ExportedSession Session = SomeSession.With("1", 0, 1, double.NaN, 0);

    [Fact]
    public void Tokens_lie_in_decode_and_the_evaluation_of_the_prompt_in_prefill()
    {
        var process = Write(Session).Process("s-1");

        process.Slices.Select(s => string.Join(" > ", s.Around.Select(a => a.Name).Append(s.Name))).ShouldBe(
        [
            "session s-1", "session s-1 > baseline", "session s-1 > request 0 (warm-up)", "session s-1 > request 0 (warm-up) > prefill",
            "session s-1 > request 0 (warm-up) > prefill > prompt evaluation", "session s-1 > request 0 (warm-up) > decode", "session s-1 > request 0 (warm-up) > decode > token",
        ]);
        process.Slices[^1].Event.Count("tokens").ShouldBe(3);
        process.Slices[^1].Event.Words("text").ShouldBe("b c d");
        process.Instants.Where(i => i.Name == "emission").Select(i => i.At).ShouldBe([SomeSession.At(0.6).Nanoseconds - 1_000, SomeSession.At(0.7).Nanoseconds - 1_000]);
    }

    [Fact]
    public void Marks_failures_and_throttling_are_instants() =>
        Write(Session).Process("s-1").Instants.Where(i => i.Track.Name == "events").Select(i => i.Name).ShouldBe(["throttling began", "throttling ended", "llama.cpp b1 ready", "half way", "out-of-memory: no room", "engine ended: SIGKILL"]);

    [Fact]
    public void What_is_no_number_has_no_value_and_a_channel_without_a_clock_is_left_out_and_said()
    {
        var process = Write(Session).Process("s-1");

        process.Values.Select(v => v.Value).ShouldBe([0, 1, 0]);
        process.Tracks.ShouldNotContain(t => t.Name!.StartsWith("stranger", StringComparison.Ordinal));
        process.Session.Event.Annotation("left_out")!.Parts("array_values").Single().Text("string_value").ShouldContain("phone-1/stranger.x");
        SessionTracks.LeftOut(Session).Single().ShouldContain("phone-1/stranger.x");
    }

    [Fact]
    public void What_was_imported_is_called_so() => Write(Session).Tracks.Values.Single(t => t.Pid is not null).Process!.ShouldEndWith("[imported]");

    [Fact]
    public void Operators_stand_beside_the_request_they_were_told_of_and_beside_the_session_otherwise()
    {
        var process = Write(SomeSession.Telling(Told(0, "decode"), Told(null, "prefill"), Told(7, "other"))).Process("s-1");
        var (session, request) = (process.Session.Event, process.Slices.Single(s => s.Category == "request").Event);

        request.Real("operators", "decode", "by_operator", "MUL_MAT on cpu0", "share").ShouldBe(0.8);
        request.Real("operators", "decode", "by_operator", "MUL_MAT on cpu0", "wall_seconds").ShouldBe(0.004);
        request.Real("operators", "decode", "by_operator", "MUL_MAT on cpu0", "cpu_seconds").ShouldBe(0.016);
        request.Count("operators", "decode", "by_operator", "MUL_MAT on cpu0", "calls").ShouldBe(9);
        request.Words("operators", "decode", "by_operator", "MUL_MAT on gpu0", "device").ShouldBe("gpu0");
        request.Words("operators", "decode", "by_operator", "CPY", "device").ShouldBeNull();
        request.Annotation("operators", "decode", "by_operator", "CPY", "cpu_seconds").ShouldBeNull();
        request.Count("operators", "decode", "graphs").ShouldBe(2);
        request.Real("operators", "decode", "by_device", "cpu0", "share").ShouldBe(0.8);
        request.Annotation("operators", "prefill").ShouldBeNull();
        session.Real("operators", "prefill", "by_operator", "CPY", "share").ShouldBe(0.1);
        session.Annotation("operators", "decode").ShouldBeNull();
        session.Count("operators", "other of request 7", "request").ShouldBe(7, "it has no slice");
        process.Slices.Count.ShouldBe(Write(Session).Process("s-1").Slices.Count, "nobody knows when operators ran");
    }

    [Fact]
    public void Of_many_operators_the_rest_is_folded_and_counted()
    {
        var many = new EngineEvent.OperatorsProfiled(SomeSession.At(0.71), 0, "decode", [new(0, 1)], [.. Enumerable.Range(0, 25).Select(i => new ProfiledOperator($"op{i}", null, null, 2, 4_000_000, 8_000_000))]);
        var request = Write(SomeSession.Telling(many)).Process("s-1").Slices.Single(s => s.Category == "request").Event;

        request.Annotation("operators", "decode", "by_operator")!.Parts("dict_entries").Count().ShouldBe(20);
        request.Count("operators", "decode", "others", "operators").ShouldBe(5);
        request.Count("operators", "decode", "others", "calls").ShouldBe(10);
        request.Real("operators", "decode", "others", "wall_seconds")!.Value.ShouldBe(0.02, 1e-12);
        request.Real("operators", "decode", "others", "cpu_seconds")!.Value.ShouldBe(0.04, 1e-12);
        request.Real("operators", "decode", "others", "share")!.Value.ShouldBe(0.2, 1e-12);
    }

    private static EngineEvent.OperatorsProfiled Told(int? request, string phase) => new(SomeSession.At(0.71), request, phase, [new(1, 3_000_000, 1), new(2, 2_000_000, 1)],
        [new("MUL_MAT", "blk.0", "cpu0", 9, 4_000_000, 16_000_000), new("MUL_MAT", "blk.1", "gpu0", 1, 500_000), new("CPY", null, null, 2, 500_000)]);

    private static ReadTrace Write(ExportedSession session)
    {
        using var to = new MemoryStream();
        new SessionTracks(new TraceWriter(to), session, 1, null).Write(CancellationToken.None, _ => { });
        return ReadTrace.Of(to.ToArray());
    }
}
