using MELT.Sensors.Alignment;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class SimulatedNetworkTests
{
    private static readonly LabProfile Phone = LabProfiles.PhoneMonsoon with { Meters = [LabProfiles.PhoneMonsoon.Meters[0]] };
    private static readonly NetworkProfile Bad = new() { Loss = 0.1, Duplication = 0.1, Reordering = 0.1 };

    [Fact]
    public void A_good_network_passes_everything_once_and_in_order()
    {
        var network = new SimulatedNetwork(new(), 1);
        var arrivals = Enumerable.Range(0, 1000).Select(i => network.Arrivals(new(i * 100_000_000L))).ToList();
        arrivals.ShouldAllBe(a => a.Count == 1);
        arrivals.Zip(arrivals.Skip(1)).ShouldAllBe(pair => pair.First[0] < pair.Second[0]);
        (network.Sent, network.Lost, network.Duplicated, network.HeldBack).ShouldBe((1000, 0, 0, 0));
    }

    [Fact]
    public void Faults_happen_as_often_as_stated_and_are_counted()
    {
        var network = new SimulatedNetwork(Bad, 1);
        var arrivals = Enumerable.Range(0, 10_000).Select(i => network.Arrivals(new(i * 100_000_000L))).ToList();
        (arrivals.Count(a => a.Count == 0), arrivals.Count(a => a.Count == 2)).ShouldBe(((int)network.Lost, (int)network.Duplicated));
        network.Lost.ShouldBeInRange(850, 1150);
        network.Duplicated.ShouldBeInRange(750, 1050);
        var first = arrivals.Where(a => a.Count > 0).Select(a => a[0]).ToList();
        first.Zip(first.Skip(1)).Count(pair => pair.First > pair.Second).ShouldBeInRange(500, 1000);
    }

    [Fact]
    public void A_session_over_a_bad_network_counts_what_it_lost_and_stores_nothing_twice()
    {
        var bad = SimulatedLab.RunVirtual(Phone with { Network = Bad }, 9);
        var good = SimulatedLab.RunVirtual(Phone, 9);
        var counted = bad.Entries.OfType<RecordingEntry.Counted>().Single();
        (counted.Lost, counted.Duplicates).ShouldSatisfyAllConditions(() => counted.Lost.ShouldBeGreaterThan(0), () => counted.Duplicates.ShouldBeGreaterThan(0));
        long Readings(VirtualSession session) => session.Entries.OfType<RecordingEntry.Block>().Sum(b => (long)b.Samples.Count);
        (Readings(bad) + counted.Lost).ShouldBe(Readings(good));
        var firsts = bad.Entries.OfType<RecordingEntry.Block>().Select(b => b.Samples.Sequence!.Value.First).ToList();
        firsts.ShouldBeUnique();
        firsts.SequenceEqual(firsts.Order()).ShouldBeFalse("some came late");
        bad.Truths[0].Values.ShouldBe(good.Truths[0].Values);
    }
}
