using System.Collections.Immutable;
using System.Reactive.Linq;
using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Tests.Analysis;

namespace MELT.Sensors.Tests.Alignment;

public sealed class RecordedSessionTests
{
    private static readonly ImmutableArray<RecordingEntry> Recording = Samples.All["a clock of its own"]();

    // Streams keep their own order; how they interleave is chance.
    private static RecordingEntry[] Interleaved(int seed)
    {
        var random = new Random(seed);
        var streams = Recording.GroupBy(e => e switch
        {
            RecordingEntry.Engine => "engine",
            RecordingEntry.Block or RecordingEntry.Described or RecordingEntry.Counted => "meter",
            _ => e.GetType().Name,
        }).Select(g => new Queue<RecordingEntry>(g)).ToList();
        var mixed = new List<RecordingEntry>();
        while (streams.Count > 0)
        {
            var stream = streams[random.Next(streams.Count)];
            mixed.Add(stream.Dequeue());
            if (stream.Count == 0) streams.Remove(stream);
        }
        return [.. mixed];
    }

    [Fact]
    public void The_result_does_not_depend_on_how_streams_interleave()
    {
        var expected = ResultsJson.Sha256(Some.Analyse(Recording));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5), Prop.ForAll<int>(seed => ResultsJson.Sha256(Some.Analyse(Interleaved(seed))) == expected));
    }

    [Fact]
    public async Task Live_and_replayed_are_one_fold()
    {
        var live = await Recording.ToObservable().Align().LastAsync();
        ResultsJson.Sha256(SessionAnalysis.Analyse(live)).ShouldBe(ResultsJson.Sha256(SessionAnalysis.Analyse(RecordedSession.From(Recording))));
    }

    [Fact]
    public void A_block_delivered_twice_is_there_once()
    {
        var once = RecordedSession.From(Recording);
        once.Add(Recording.OfType<RecordingEntry.Block>().First()).Meters.Values.Single().Stored.ShouldBe(once.Meters.Values.Single().Stored);
    }

    [Fact]
    public void Phases_follow_each_other_without_gap_or_overlap()
    {
        foreach (var sample in Samples.All.Values)
        {
            var phases = SessionTimeline.Of(RecordedSession.From(sample())).Phases;
            foreach (var (earlier, later) in phases.Zip(phases.Skip(1))) later.Begin.ShouldBe(earlier.End);
            phases.ShouldAllBe(p => p.End > p.Begin);
        }
    }

    [Fact]
    public void A_session_has_its_phases_in_the_order_of_the_page() =>
        SessionTimeline.Of(RecordedSession.From(Some.Session())).Phases.Select(p => p.Name).ShouldBe(
            ["baseline", "load", "ready", "prefill", "decode", "ready", "prefill", "decode", "ready", "prefill", "decode", "ready", "cool-down"]);

    [Fact]
    public void A_command_is_split_by_its_marks() =>
        SessionTimeline.Of(RecordedSession.From(Samples.All["a command"]())).Phases.Select(p => p.Name).ShouldBe(["baseline", "ready", "run", "sort", "write", "ready", "cool-down"]);

    [Fact]
    public void A_baseline_that_runs_into_loading_keeps_its_time()
    {
        var session = RecordedSession.From(Some.Session()).Add(new RecordingEntry.Phase("baseline", Some.At(1.5), Some.At(2.25)));
        var load = SessionTimeline.Of(session).Phases.Single(p => p.Name == "load");
        (load.Begin, load.End).ShouldBe((Some.At(2.25).Nanoseconds, Some.At(2.5).Nanoseconds));
    }

    [Fact]
    public void Engine_stamps_are_taken_half_their_lateness_earlier()
    {
        RecordingEntry[] recording =
        [
            new RecordingEntry.Opened(Some.Header),
            new RecordingEntry.Engine([new EngineEvent.Ready(Some.At(0), "llama.cpp", "b1", 1, new(Some.Domain, 1, 3000)), .. Some.Request(0, 1)]),
        ];
        var timeline = SessionTimeline.Of(RecordedSession.From(recording));
        timeline.Begin.ShouldBe(Some.At(1).Nanoseconds - 1500);
        timeline.StampU.ShouldBe(Math.Sqrt((1 + 9e6) / 12), 1e-9);
    }
}
