using MELT.Devices.Inference;
using MELT.Devices.Simulation;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Simulation;

public sealed class SimulatedTruthTests
{
    private static readonly Stamp Start = new(1_767_225_600_000_000_000);
    private const long Second = 1_000_000_000;

    [Fact]
    public void Prefill_and_decode_add_up_to_the_energy_of_the_requests()
    {
        var truth = Play().Truth();
        (truth.Values["prefill_energy_joules"] + truth.Values["decode_energy_joules"]).ShouldBe(truth.Values["energy_joules"], 1e-9);
        (truth.Values["net_prefill_energy_joules"] + truth.Values["net_decode_energy_joules"]).ShouldBe(truth.Values["net_energy_joules"], 1e-9);
    }

    [Fact]
    public void Phases_partition_the_session_and_hold_all_its_energy()
    {
        var session = Play();
        var phases = session.Truth().Phases;
        phases.Zip(phases.Skip(1)).ShouldAllBe(pair => pair.First.End == pair.Second.Begin);
        phases.Sum(p => p.EnergyJoules).ShouldBe(session.Device.EnergyJoules(phases[0].Begin, phases[^1].End), 1e-9);
        phases.Select(p => p.Phase).ShouldBe(["baseline", "load", "ready", "prefill", "decode", "ready", "prefill", "decode", "ready", "prefill", "decode", "ready", "cool-down"]);
    }

    [Fact]
    public void The_warm_up_request_enters_no_value()
    {
        var session = Play();
        var (without, with) = (session.Truth(0), session.Truth());
        var prefill = without.Phases.Single(p => p is { Phase: "prefill", Request: 0 }).EnergyJoules;
        (with.Values["prefill_energy_joules"] - prefill).ShouldBe(session.Truth(0).Values["prefill_energy_joules"], 1e-9);
    }

    [Fact]
    public void Energies_per_token_divide_as_the_formulas_say()
    {
        var values = Play().Truth(0).Values;
        values["energy_per_output_token_joules"].ShouldBe(values["energy_joules"] / 20, 1e-12);
        values["decode_energy_per_token_joules"].ShouldBe(values["decode_energy_joules"] / 18, 1e-12);
        values["prefill_energy_per_token_joules"].ShouldBe(values["prefill_energy_joules"] / 32, 1e-12);
    }

    [Fact]
    public void Net_energy_leaves_out_the_power_of_the_baseline()
    {
        var session = Play();
        var truth = session.Truth();
        var baseline = session.Device.PowerAt(Start);
        truth.Values["baseline_power_watts"].ShouldBe(baseline, 1e-9);
        var load = truth.Phases.Single(p => p.Phase == "load");
        truth.Values["net_load_energy_joules"].ShouldBe(load.EnergyJoules - baseline * (load.End - load.Begin) * 1e-9, 1e-9);
        truth.Values["ready_power_watts"].ShouldBeInRange(DeviceProfiles.Phone.ReadyWatts, DeviceProfiles.Phone.ReadyWatts + 0.5);
    }

    [Fact]
    public void At_the_wall_the_supply_takes_its_share()
    {
        var session = Play();
        var wall = new BoundaryView(session.Device, "wall-ac", 0.8, 0.5);
        var (inside, outside) = (session.Truth(), SimulatedTruth.Of(wall, session.Events, session.Made, []));
        outside.Boundary.ShouldBe("wall-ac");
        outside.Values["baseline_power_watts"].ShouldBe(inside.Values["baseline_power_watts"] / 0.8 + 0.5, 1e-9);
        outside.Values["net_energy_joules"].ShouldBe(inside.Values["net_energy_joules"] / 0.8, 1e-9);
        wall.EnergyJoules(Start, Start + Second).ShouldBe(wall.PowerAt(Start), 1e-9);
    }

    [Fact]
    public void What_a_session_does_not_define_is_absent()
    {
        var device = new SimulatedDevice(DeviceProfiles.Phone, 1);
        var truth = SimulatedTruth.Of(new(device, "battery-terminals"), [], [new("baseline", Start, Start + Second)], [0]);
        truth.Values.Keys.ShouldBe(["baseline_power_watts"]);
    }

    [Fact]
    public void It_survives_being_stored_as_JSON()
    {
        var truth = Play().Truth();
        var back = System.Text.Json.JsonSerializer.Deserialize<SimulatedTruth>(System.Text.Json.JsonSerializer.Serialize(truth))!;
        back.Values.ShouldBe(truth.Values);
        back.Phases.ShouldBe(truth.Phases);
    }

    private sealed record Session(SimulatedDevice Device, List<EngineEvent> Events, List<SimulatedPhase> Made)
    {
        public SimulatedTruth Truth(params int[] warmup) => SimulatedTruth.Of(new(Device, "battery-terminals"), Events, Made, warmup);
    }

    private static Session Play()
    {
        var device = new SimulatedDevice(DeviceProfiles.Phone, 5);
        var events = new List<EngineEvent>(device.Handle(new EngineCommand.Load("m", new()), Start + Second));
        for (var i = 0; i < 3; i++) events.AddRange(device.Handle(new EngineCommand.Request(i, null, 16, new() { MaxTokens = 10 }), events[^1].At + Second / 5));
        var end = events[^1].At + Second / 5;
        return new(device, events, [new("baseline", Start, Start + Second), new("cool-down", end, end + Second)]);
    }
}
