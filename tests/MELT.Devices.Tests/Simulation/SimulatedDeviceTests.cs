using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Simulation;

public sealed class SimulatedDeviceTests
{
    private static readonly Stamp Start = new(1_767_225_600_000_000_000);

    [Fact]
    public void The_same_seed_and_commands_give_the_same_events_and_power()
    {
        var (a, b, other) = (Play(7), Play(7), Play(8));
        Lines(a.Events).ShouldBe(Lines(b.Events));
        Lines(a.Events).ShouldNotBe(Lines(other.Events));
        a.Device.EnergyJoules(Start, a.Events[^1].At).ShouldBe(b.Device.EnergyJoules(Start, b.Events[^1].At));
    }

    [Fact]
    public void Events_of_a_request_come_in_order_and_agree_in_their_counts()
    {
        var (_, events) = Play(1, prompt: 40, tokens: 12);
        events.Zip(events.Skip(1)).ShouldAllBe(pair => pair.First.At <= pair.Second.At);
        events.Select(e => e.GetType().Name).Distinct().ShouldBe(["Ready", "LoadBegun", "LoadEnded", "RequestBegun", "PromptBegun", "PromptEnded", "Emitted", "Finished"]);
        var finished = events.OfType<EngineEvent.Finished>().Single();
        finished.Tokens.ShouldBe(new(40, 40, 12));
        finished.Stop.ShouldBe("length");
        var emitted = events.OfType<EngineEvent.Emitted>().ToList();
        emitted.Count.ShouldBe(12);
        emitted[0].EvaluationBegun.ShouldBeNull();
        emitted.Skip(1).Zip(emitted).ShouldAllBe(pair => pair.Second.At < pair.First.EvaluationBegun && pair.First.EvaluationBegun < pair.First.EvaluationEnded && pair.First.EvaluationEnded < pair.First.At);
        finished.Counters!.DecodeTokens.ShouldBe(11);
        finished.Counters.DecodeMilliseconds.ShouldBe(emitted.Skip(1).Sum(e => (e.EvaluationEnded!.Value - e.EvaluationBegun!.Value) * 1e-6), 1e-9);
    }

    [Fact]
    public void It_says_everywhere_that_it_is_simulated()
    {
        var (_, events) = Play(1, tokens: 8);
        events.OfType<EngineEvent.Ready>().Single().Engine.ShouldBe("simulated");
        var loaded = events.OfType<EngineEvent.LoadEnded>().Single();
        loaded.Settings["simulated"].ShouldBe("true");
        loaded.Model.Synthetic.ShouldBeFalse();
        string.Concat(events.OfType<EngineEvent.Emitted>().Select(e => e.Text)).ShouldBe(" this text is simulated and means nothing.");
    }

    [Fact]
    public void Rates_are_those_of_the_profile()
    {
        var (_, events) = Play(3, prompt: 5000, tokens: 2000);
        var emitted = events.OfType<EngineEvent.Emitted>().ToList();
        (1999 / ((emitted[^1].At - emitted[0].At) * 1e-9)).ShouldBe(Cool.DecodeTokensPerSecond, Cool.DecodeTokensPerSecond * 0.01);
        var prefill = (events.OfType<EngineEvent.PromptEnded>().Single().At - events.OfType<EngineEvent.PromptBegun>().Single().At) * 1e-9;
        (5000 / prefill).ShouldBe(Cool.PrefillTokensPerSecond, Cool.PrefillTokensPerSecond * 0.1);
    }

    [Fact]
    public void An_exercise_is_full_load_in_its_ones_and_rest_in_between_and_behind()
    {
        var device = new SimulatedDevice(Cool with { LeakageWattsPerKelvin = 0 }, 1);
        device.Handle(new EngineCommand.Hello(1, null), Start);

        var told = (EngineEvent.Exercised)device.Handle(new EngineCommand.Exercise("0110100", 0.02), Start).Single();

        told.Edges.Select(edge => (edge - Start) / 1e6).ShouldBe([20, 60, 80, 100]);
        (told.At - Start).ShouldBe(140_000_000);
        Enumerable.Range(0, 8).Select(chip => device.PowerAt(Start + (chip * 20_000_000L + 10_000_000))).ShouldBe(
            "01101000".Select(chip => chip == '1' ? Cool.PrefillWatts : Cool.IdleWatts));
        device.EnergyJoules(Start, told.At).ShouldBe(Cool.IdleWatts * 0.08 + Cool.PrefillWatts * 0.06, 1e-9);
        device.Handle(new EngineCommand.Load("m", new()), Start + 100_000_000).Single().ShouldBeOfType<EngineEvent.Failed>().Text.ShouldContain("busy");
        device.Handle(new EngineCommand.Load("m", new()), told.At).Count.ShouldBe(2);
    }

    [Fact]
    public void A_cancelled_exercise_ends_with_rest()
    {
        var device = new SimulatedDevice(Cool with { LeakageWattsPerKelvin = 0 }, 1);
        device.Handle(new EngineCommand.Exercise("1111", 1), Start);

        var told = (EngineEvent.Exercised)device.Handle(new EngineCommand.Cancel(), Start + 1_500_000_000).Single();

        told.Edges.ShouldBe([Start, Start + 1_500_000_000]);
        device.PowerAt(Start + 1_600_000_000).ShouldBe(Cool.IdleWatts);
    }

    [Theory]
    [InlineData("", 0.02)]
    [InlineData("01x", 0.02)]
    [InlineData("01", 0)]
    [InlineData("01", double.NaN)]
    [InlineData("01", 1000)]
    public void What_is_no_pattern_is_refused(string chips, double seconds) =>
        new SimulatedDevice(Cool, 1).Handle(new EngineCommand.Exercise(chips, seconds), Start).Single().ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe("protocol");

    [Fact]
    public void The_ripple_of_a_token_has_no_mean()
    {
        var profile = Cool with { LeakageWattsPerKelvin = 0 };
        var (device, events) = Play(1, tokens: 50, profile: profile);
        foreach (var (e, next) in events.OfType<EngineEvent.Emitted>().Zip(events.OfType<EngineEvent.Emitted>().Skip(1)))
        {
            (device.EnergyJoules(e.At, next.At) / ((next.At - e.At) * 1e-9)).ShouldBe(profile.DecodeWatts, 1e-6);
            device.PowerAt(e.At + 1000).ShouldBe(profile.DecodeWatts + profile.RippleWatts, 1e-9);
        }
    }

    [Fact]
    public void A_hot_device_takes_longer_for_a_token_and_less_power()
    {
        var warm = DeviceProfiles.Phone with { HeatCapacityJoulesPerKelvin = 1, GapSpread = 0, LeakageWattsPerKelvin = 0 };
        var (device, events) = Play(1, tokens: 300, profile: warm);
        var emitted = events.OfType<EngineEvent.Emitted>().Select(e => e.At).ToList();
        var throttled = emitted.Zip(emitted.Skip(1)).Where(gap => device.CelsiusAt(gap.First) >= warm.ThrottleCelsius).ToList();
        throttled.Count.ShouldBeInRange(1, 298);
        foreach (var (from, to) in throttled)
        {
            ((to - from) * 1e-9).ShouldBe(1 / (warm.DecodeTokensPerSecond * warm.ThrottledSpeed), 1e-8);
            (device.EnergyJoules(from, to) / ((to - from) * 1e-9)).ShouldBe(warm.DecodeWatts * warm.ThrottledPower, 1e-6);
        }
    }

    [Fact]
    public void Power_follows_the_phases()
    {
        var profile = Cool with { LeakageWattsPerKelvin = 0, RippleWatts = 0 };
        var (device, events) = Play(1, profile: profile);
        Stamp At<T>() where T : EngineEvent => events.OfType<T>().First().At;
        device.PowerAt(Start).ShouldBe(profile.IdleWatts);
        device.PowerAt(At<EngineEvent.LoadBegun>()).ShouldBe(profile.LoadWatts);
        device.PowerAt(At<EngineEvent.LoadEnded>()).ShouldBe(profile.ReadyWatts);
        device.PowerAt(At<EngineEvent.RequestBegun>()).ShouldBe(profile.PrefillWatts);
        device.PowerAt(At<EngineEvent.Emitted>() + -1).ShouldBe(profile.PrefillWatts);
        device.PowerAt(At<EngineEvent.Emitted>()).ShouldBe(profile.DecodeWatts);
        device.PowerAt(At<EngineEvent.Finished>() + -1).ShouldBe(profile.DecodeWatts);
        device.PowerAt(At<EngineEvent.Finished>()).ShouldBe(profile.ReadyWatts);
        device.Handle(new EngineCommand.Exit(), events[^1].At + 5);
        device.PowerAt(events[^1].At + 5).ShouldBe(profile.IdleWatts);
    }

    [Fact]
    public void Memory_holds_the_weights_and_a_cache_that_grows_by_token()
    {
        var (device, events) = Play(1, prompt: 10, tokens: 5);
        device.MemoryBytesAt(Start + -1).ShouldBe(0);
        device.MemoryBytesAt(events.OfType<EngineEvent.LoadEnded>().Single().At).ShouldBe(Cool.ProcessBytes + Cool.WeightBytes);
        device.MemoryBytesAt(events[^1].At).ShouldBe(Cool.ProcessBytes + Cool.WeightBytes + 15 * Cool.CacheBytesPerToken);
        device.Handle(new EngineCommand.Exit(), events[^1].At + 1);
        device.MemoryBytesAt(events[^1].At + 1).ShouldBe(0);
    }

    [Fact]
    public void A_cancelled_request_ends_with_the_evaluation_under_way()
    {
        var (device, events) = Play(1, tokens: 20);
        var fifth = events.OfType<EngineEvent.Emitted>().ElementAt(4).At;
        var sixth = events.OfType<EngineEvent.Emitted>().ElementAt(5);
        var rest = device.Handle(new EngineCommand.Cancel(), fifth + 1000);
        rest.Select(e => e.GetType().Name).ShouldBe(["Emitted", "Finished"]);
        rest[0].ShouldBe(sixth);
        var finished = (EngineEvent.Finished)rest[1];
        (finished.At, finished.Stop, finished.Tokens.Generated, finished.Counters!.DecodeTokens).ShouldBe((sixth.At, "cancelled", 6, 5));
        device.PowerAt(sixth.At).ShouldBe(Cool.ReadyWatts, 0.5);
        device.Handle(new EngineCommand.Request(1, null, 4, new()), finished.At).ShouldContain(e => e is EngineEvent.Finished);
    }

    [Fact]
    public void A_prompt_is_evaluated_to_its_end_before_a_cancellation_takes_hold()
    {
        var (device, events) = Play(1);
        var begun = events.OfType<EngineEvent.PromptBegun>().Single().At;
        var rest = device.Handle(new EngineCommand.Cancel(), begun + 10);
        rest.Select(e => e.GetType().Name).ShouldBe(["PromptEnded", "Finished"]);
        ((EngineEvent.Finished)rest[1]).Tokens.Generated.ShouldBe(0);
    }

    [Fact]
    public void Cancelling_when_nothing_runs_changes_nothing()
    {
        var (device, events) = Play(1);
        device.Handle(new EngineCommand.Cancel(), events[^1].At + 1).ShouldBeEmpty();
        var fresh = new SimulatedDevice(Cool, 1);
        var load = fresh.Handle(new EngineCommand.Load("m", new()), Start);
        fresh.Handle(new EngineCommand.Cancel(), Start + 1).ShouldBe([load[1]]);
    }

    [Fact]
    public void What_cannot_be_done_is_answered_not_thrown()
    {
        var device = new SimulatedDevice(Cool, 1);
        void Refused(EngineCommand command, Stamp at) => device.Handle(command, at).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Failed>().Code.ShouldBe("protocol");
        Refused(new EngineCommand.Hello(2, null), Start);
        Refused(new EngineCommand.Request(0, "hello", null, new()), Start);
        var ready = device.Handle(new EngineCommand.Load("m", new()), Start)[^1].At;
        Refused(new EngineCommand.Load("n", new()), ready + -1);
        Refused(new EngineCommand.Request(0, "hello", 4, new()), ready);
        Refused(new EngineCommand.Request(0, null, null, new()), ready);
        Refused(new EngineCommand.Request(0, null, 0, new()), ready);
        device.Handle(new EngineCommand.Exit(), ready).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>();
        device.Handle(new EngineCommand.Load("m", new()), ready + 1).ShouldBeEmpty();
    }

    private static readonly DeviceProfile Cool = DeviceProfiles.Phone with { ThrottleCelsius = 1000 };

    private static (SimulatedDevice Device, List<EngineEvent> Events) Play(long seed, int prompt = 16, int tokens = 4, DeviceProfile? profile = null)
    {
        var device = new SimulatedDevice(profile ?? Cool, seed);
        var events = new List<EngineEvent>();
        events.AddRange(device.Handle(new EngineCommand.Hello(1, null), Start));
        events.AddRange(device.Handle(new EngineCommand.Load("m", new()), Start + 1_000_000));
        events.AddRange(device.Handle(new EngineCommand.Request(0, null, prompt, new() { MaxTokens = tokens }), events[^1].At + 1_000_000));
        return (device, events);
    }

    private static string Lines(IEnumerable<EngineEvent> events) => string.Join('\n', events.Select(e => System.Text.Json.JsonSerializer.Serialize(e, EngineJson.Default.EngineEvent)));
}
