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

    private static ReadTrace Write(ExportedSession session)
    {
        using var to = new MemoryStream();
        new SessionTracks(new TraceWriter(to), session, 1, null).Write(CancellationToken.None, _ => { });
        return ReadTrace.Of(to.ToArray());
    }
}
