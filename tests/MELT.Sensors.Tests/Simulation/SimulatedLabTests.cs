using MELT.Devices.Inference;
using MELT.Sensors.Alignment;
using MELT.Sensors.Encoding;
using MELT.Sensors.Simulation;

namespace MELT.Sensors.Tests.Simulation;

public sealed class SimulatedLabTests
{
    private static readonly SimulatedWorkload Short = new() { BaselineSeconds = 0.5, Requests = 2, PromptTokens = 8, GeneratedTokens = 6, CoolDownSeconds = 0.2 };

    public static TheoryData<string> Profiles => [.. LabProfiles.All.Keys];

    [Theory, MemberData(nameof(Profiles))]
    public void A_session_is_opened_described_recorded_and_closed(string profile)
    {
        var session = SimulatedLab.RunVirtual(profile, 1);
        var header = session.Entries[0].ShouldBeOfType<RecordingEntry.Opened>().Header;
        header.Flags.ShouldBe(["simulated"]);
        session.Entries[^1].ShouldBe(new RecordingEntry.Closed("complete", null));
        session.Entries.OfType<RecordingEntry.Described>().Select(d => d.Meter.Name).ShouldBe(LabProfiles.All[profile].Meters.Select(m => m.Name), ignoreOrder: true);
        session.Entries.OfType<RecordingEntry.Described>().ShouldAllBe(d => d.Description.Simulated);
        session.Entries.OfType<RecordingEntry.Phase>().Select(p => p.Name).ShouldBe(["baseline", "cool-down"]);
        session.Entries.OfType<RecordingEntry.Clock>().Count().ShouldBeGreaterThan(5);
        session.Entries.OfType<RecordingEntry.Counted>().ShouldAllBe(c => c.Lost == 0 && c.Duplicates == 0 && c.Rejected == 0);
        foreach (var meter in session.Entries.OfType<RecordingEntry.Block>().GroupBy(b => b.Meter))
            meter.Select(b => b.Number).ShouldBe(Enumerable.Range(2, meter.Count()).Select(i => (long)i));
        foreach (var truth in session.Truths)
            ((truth.Phases[^1].End - truth.Phases[0].Begin) * 1e-9).ShouldBeInRange(8, 1200);
        session.Truths[0].Boundary.ShouldBe(LabProfiles.All[profile].Boundary);
    }

    [Fact]
    public void Its_engine_events_and_phases_partition_the_session()
    {
        var session = SimulatedLab.RunVirtual("phone-monsoon", 4);
        var events = session.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events).ToList();
        events.Zip(events.Skip(1)).ShouldAllBe(pair => pair.First.At <= pair.Second.At);
        events[0].ShouldBeOfType<EngineEvent.Ready>().Clock.Domain.ShouldBe("sim-host-4");
        events[^1].ShouldBeOfType<EngineEvent.Exited>();
        events.OfType<EngineEvent.Finished>().Select(f => (f.Request, f.Stop, f.Tokens)).ShouldBe([(0, "length", new(64, 64, 32)), (1, "length", new(64, 64, 32)), (2, "length", new(64, 64, 32))]);
        var phases = session.Truths[0].Phases;
        phases.Zip(phases.Skip(1)).ShouldAllBe(pair => pair.First.End == pair.Second.Begin);
        (phases[0].Phase, phases[^1].Phase).ShouldBe(("baseline", "cool-down"));
    }

    [Fact]
    public void The_same_seed_records_the_same_and_another_does_not()
    {
        var (a, b, other) = (SimulatedLab.RunVirtual("phone-monsoon", 1, Short), SimulatedLab.RunVirtual("phone-monsoon", 1, Short), SimulatedLab.RunVirtual("phone-monsoon", 2, Short));
        Bytes(a).ShouldBe(Bytes(b));
        a.Truths[0].Values.ShouldBe(b.Truths[0].Values);
        Bytes(other).ShouldNotBe(Bytes(a));
    }

    [Fact]
    public void Readings_cover_the_whole_session()
    {
        var session = SimulatedLab.RunVirtual("phone-monsoon", 6, Short);
        var blocks = session.Entries.OfType<RecordingEntry.Block>().Where(b => b.Meter.Name == "monsoon").Select(b => b.Samples).ToList();
        var phases = session.Truths[0].Phases;
        ((blocks[^1].Last - blocks[0].First) * 1e-9).ShouldBeGreaterThan((phases[^1].End - phases[0].Begin) * 1e-9 + 0.1);
    }

    [Fact]
    public void Both_channels_of_the_phone_cost_less_than_two_bytes_a_reading()
    {
        var blocks = SimulatedLab.RunVirtual("phone-monsoon", 1).Entries.OfType<RecordingEntry.Block>().Where(b => b.Meter.Name == "monsoon").Select(b => b.Samples).ToList();
        (blocks.Sum(b => BlockCodec.Encode(b).Length) / (double)blocks.Sum(b => b.Count)).ShouldBeLessThan(2.0);
    }

    [Fact]
    public void An_unknown_profile_is_named_beside_the_known_ones() =>
        Should.Throw<ArgumentException>(() => SimulatedLab.RunVirtual("toaster", 1)).Message.ShouldStartWith("There is no simulated profile toaster; there are gauge, gpu-part-time, jetson-rails, phone-monsoon, plug.");

    /// <summary>
    /// With gain and offset errors of V and I alone in the budget, U = 2·u covers about 96 % of meters: the profile neither flatters nor punishes a right budget.
    /// </summary>
    [Theory]
    [InlineData("prefill_energy_joules")]
    [InlineData("decode_energy_joules")]
    public void Stated_accuracies_cover_the_errors_as_often_as_they_claim(string key)
    {
        var truth = SimulatedLab.RunVirtual("phone-monsoon", 1).Truths[0];
        var phases = truth.Phases.Where(p => key.StartsWith(p.Phase, StringComparison.Ordinal) && p.Request > 0).ToList();
        var seconds = phases.Sum(p => (p.End - p.Begin) * 1e-9);
        var (energy, volts) = (truth.Values[key], 4.2);
        var amperes = energy / seconds / volts;
        var covered = Enumerable.Range(0, 2000).Count(seed =>
        {
            var channels = new SimulatedMeter(LabProfiles.PhoneMonsoon.Meters[0], seed, new(LabProfiles.PhoneMonsoon.DeviceProfile, seed), new(0)).Channels;
            double Read(int c, double value) => value * (1 + channels[c].GainError) + channels[c].OffsetError;
            var error = Read(0, volts) * Read(1, amperes) * seconds - energy;
            double Square(int c, double value, double other) => Math.Pow(channels[c].Profile.Gain * value * other, 2) + Math.Pow(channels[c].Profile.Offset * other, 2);
            return Math.Abs(error) <= 2 * Math.Sqrt((Square(0, volts, amperes) + Square(1, amperes, volts)) / 3) * seconds;
        });
        (covered / 2000.0).ShouldBeInRange(0.95, 0.975);
    }

    private static string Bytes(VirtualSession session) => Convert.ToHexString(session.Entries.OfType<RecordingEntry.Block>().SelectMany(b => BlockCodec.Encode(b.Samples)).ToArray());
}
