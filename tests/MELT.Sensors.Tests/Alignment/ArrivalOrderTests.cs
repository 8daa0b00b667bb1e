using System.Collections.Immutable;
using System.Reactive.Linq;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Alignment;

/// <summary>What is known of a session in the end does not depend on when and in which order it became known.</summary>
public sealed class ArrivalOrderTests
{
    private static readonly LabProfile Bench = LabProfiles.JetsonRails with
    {
        DeviceProfile = LabProfiles.JetsonRails.DeviceProfile with { LoadSeconds = 0.1, PrefillTokensPerSecond = 400, DecodeTokensPerSecond = 40 },
        Meters = [.. LabProfiles.JetsonRails.Meters.Select(m => m with { PeriodSeconds = m.PeriodSeconds * 4, BlockSamples = 10, Clock = m.Clock with { Steps = [(1.1, 0.02)] } })],
        Network = new() { Loss = 0.05, Duplication = 0.1, Reordering = 0.2, HeldBackSeconds = 0.3 },
        Workload = new() { BaselineSeconds = 0.8, Requests = 2, PromptTokens = 80, GeneratedTokens = 12, PauseSeconds = 0.2, CoolDownSeconds = 0.3 },
    };

    private static readonly ImmutableArray<RecordingEntry> Recording = SimulatedLab.RunVirtual(Bench, 7).Entries;

    /// <summary>A thousand were seen to agree; so many are repeated in every run.</summary>
    private const int Shuffles = 50;

    private static string Hash(RecordedSession session) => ResultsJson.Sha256(SessionAnalysis.Analyse(session));

    [Fact]
    public void The_session_that_is_shuffled_has_a_step_loss_duplicates_and_two_meters()
    {
        var results = SessionAnalysis.Analyse(RecordedSession.From(Recording));
        results.Meters.Length.ShouldBe(2);
        results.Meters.ShouldAllBe(m => m.Clock.Fit!.Steps.Length == 1 && Math.Abs(m.Clock.Fit.Steps[0].SizeSeconds - 0.02) < 0.002);
        results.Readings.ShouldSatisfyAllConditions(r => r.Lost.ShouldBeGreaterThan(0), r => r.Duplicates.ShouldBeGreaterThan(0));
        results.Metrics["energy_joules"].ShouldBeOfType<Quantity>().Value.ShouldNotBeNull();
    }

    [Fact]
    public void Any_shuffle_of_arrival_gives_one_result_hash()
    {
        var expected = Hash(RecordedSession.From(Recording));
        var random = new Random(1);
        for (var shuffle = 0; shuffle < Shuffles; shuffle++)
        {
            var entries = Recording.ToArray();
            random.Shuffle(entries);
            Hash(RecordedSession.From(Renumbered(entries))).ShouldBe(expected, $"shuffle {shuffle}");
        }
    }

    /// <summary>A block's number is its place in the meter's stream, so a block that arrives at another time has another number.</summary>
    private static IEnumerable<RecordingEntry> Renumbered(IEnumerable<RecordingEntry> entries)
    {
        var next = 1L;
        return entries.Select(entry => entry is RecordingEntry.Block block ? block with { Number = ++next } : entry);
    }

    [Fact]
    public async Task A_live_view_is_corrected_by_readings_that_come_late()
    {
        var blocks = Recording.OfType<RecordingEntry.Block>().ToArray();
        var late = blocks.Where((_, i) => i % 3 == 1).ToHashSet();
        // Everything a late block would have been part of is shown without it first, up to the end of the session.
        var arrival = Recording.Where(e => e is not RecordingEntry.Block b || !late.Contains(b)).Concat(late.Reverse());
        var views = await arrival.ToObservable().Align().ToList();

        Hash(views[Recording.Length - late.Count - 1]).ShouldNotBe(Hash(views[^1]));
        Hash(views[^1]).ShouldBe(Hash(RecordedSession.From(Recording)));
    }
}
