using System.Text.Json;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Operators;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Inference.Operators;

public sealed class OperatorProfileTests
{
    [Fact]
    public void Graphs_of_a_phase_are_added_up_by_operator_module_and_device()
    {
        var log = OperatorLog.TryRead("a.log", SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(3), SomeOperatorLogs.Graph(1), SomeOperatorLogs.Graph(1)))!;
        var told = OperatorProfile.Of(log.Graphs, new Stamp(5), 2);

        told.Select(t => (t.Phase, t.Request, Graphs: t.Graphs.Count)).ShouldBe([("prefill", 2, 1), ("decode", 2, 2)]);
        told[1].Operators.Sum(o => o.WallNanoseconds).ShouldBe(2 * 36_000_000);
        told[1].Operators[0].ShouldBe(new("SOFT_MAX", "output", null, 2, 16_000_000, 32_000_000));
        told[1].Graphs[0].ShouldBe(new(1, 36_000_000, 1, 16_001_000));
    }

    [Fact]
    public void A_profile_reads_back_from_its_wire_form()
    {
        EngineEvent told = new EngineEvent.OperatorsProfiled(new(5), null, "decode", [new(0, 91_250)], [new("NT_matmul", "decode", "opencl0", 2, 54_708)]);
        var wire = JsonSerializer.Serialize(told, EngineJson.Default.EngineEvent);

        wire.ShouldBe("""{"type":"operators-profiled","phase":"decode","graphs":[{"index":0,"wall_nanoseconds":91250}],"operators":[{"operator":"NT_matmul","module":"decode","device":"opencl0","calls":2,"wall_nanoseconds":54708}],"at":5}""");
        JsonSerializer.Serialize(JsonSerializer.Deserialize(wire, EngineJson.Default.EngineEvent), EngineJson.Default.EngineEvent).ShouldBe(wire);
    }
}
