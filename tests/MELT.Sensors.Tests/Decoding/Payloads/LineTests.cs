using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Decoding.Payloads;

public sealed class LineTests
{
    [Fact]
    public void Cells_without_a_header_are_named_by_their_column() => Payload.Read("csv", "12.5, 3.3 V; x").Lines().ShouldBe(["0=12.5, 3.3 V", "1=x"]);

    [Fact]
    public void A_header_names_the_columns_of_the_lines_after_it_and_of_later_messages()
    {
        var first = Payload.Read("csv", "Time (s),Power (W),Voltage [mV],state\n0.5,60.1,12000,idle\n0.6,NaN,12001,busy");
        first.Lines().ShouldBe(["Time=0.5 s", "Power=60.1 W", "Voltage=12000 mV", "state=idle", "Time=0.6 s", "Voltage=12001 mV", "state=busy"]);
        Payload.Read("csv", "0.7,60.2,12002,busy", state: first.State).Lines().ShouldBe(["Time=0.7 s", "Power=60.2 W", "Voltage=12002 mV", "state=busy"]);
        Payload.Read("csv", "soon,n/a,late,busy", state: first.State).Lines().ShouldBe(["Time=soon", "Voltage=late", "state=busy"]);
        Payload.Decode("csv", Payload.Bytes("1,2"), state: first.State).ShouldBeOfType<PayloadResult.Rejected>().Reason.Text.ShouldBe("line 1 has 2 cells, the header has 4");
    }

    [SkippableFact]
    public void A_capture_of_nvidia_smi_is_read_with_the_units_of_its_header()
    {
        var lines = File.ReadLines(Path.Combine(SharedRecords.Folder("nvidia-smi"), "A100_update_freq.csv")).Take(2).ToArray();
        Payload.Read("nvidia-smi", string.Join('\n', lines)).Lines().ShouldBe(
            ["timestamp=2023/07/30 17:28:02.589", "utilization.gpu=0 %", "pstate=0", "temperature.gpu=53 °C", "clocks.current.sm=1410 MHz", "power.draw=78.66 W", "power.draw.instant=78.66 W"]);
        var header = Payload.Read("nvidia-smi", lines[0]);
        header.Fields.ShouldBeEmpty();
        Payload.Read("nvidia-smi", "2023/07/30 17:28:02.603, 7 %, P2, 53, [Unknown Error], [N/A], 78.66 W", state: header.State).Lines().ShouldBe(
            ["timestamp=2023/07/30 17:28:02.603", "utilization.gpu=7 %", "pstate=2", "temperature.gpu=53 °C", "power.draw.instant=78.66 W"]);
    }

    [SkippableFact]
    public void A_capture_of_tegrastats_is_read_as_the_Jetsons_instrument_reads_it()
    {
        var line = File.ReadLines(Path.Combine(SharedRecords.Folder("tegrastats"), "orin_nano_jp5.log")).First();
        var decoded = Payload.Read("tegrastats", line);
        decoded.Field("VDD_IN").ShouldSatisfyAllConditions(f => f.Value.Number.ShouldBe(new ExactDecimal(5542, -3)), f => f.Unit.ShouldBe("W"));
        decoded.Field("temperature-thermal").ShouldSatisfyAllConditions(f => f.Value.ToString().ShouldBe("37.85"), f => f.Unit.ShouldBe("°C"));
        decoded.Field("ram").ShouldSatisfyAllConditions(f => f.Value.ToString().ShouldBe((2274L << 20).ToString(System.Globalization.CultureInfo.InvariantCulture)), f => f.Unit.ShouldBe("B"));
        decoded.Field("cpu0-utilization").Value.ToString().ShouldBe("0.99");
        decoded.Fields.ShouldNotContain(f => f.Path.StartsWith("cpu5"), "a core that is off has no value");
        Payload.Refuse("tegrastats", "hello").Code.ShouldBe(Rejection.Shape);
    }

    [Fact]
    public void The_longest_line_of_a_Jetson_is_within_what_a_payload_may_hold()
    {
        var cores = string.Join(',', Enumerable.Repeat("100%@2601", 14));
        var zones = string.Concat(Enumerable.Range(0, 12).Select(i => $" zone{i}@45.5C"));
        var rails = string.Concat(Enumerable.Range(0, 10).Select(i => $" VDD_RAIL{i} 5542mW/5542mW"));
        Payload.Read("tegrastats", $"10-01-2025 20:05:55 RAM 2274/125834MB (lfb 27x4MB) SWAP 542/3417MB (cached 2MB) CPU [{cores}] EMC_FREQ 0%@665 GR3D_FREQ 0%@[305,305,305]{zones}{rails}")
            .Fields.Length.ShouldBe(1 + 28 + 4 + 12 + 10);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    public void No_line_at_all_is_refused(string payload) => Payload.Refuse("csv", payload).Code.ShouldBe(Rejection.Shape);
}
