using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Jetson;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Instruments.Jetson;

public sealed class TegrastatsTests
{
    private static readonly HostPlace Place = new(new HostTree(), new("jetson"), "jetson-clock");

    private static string Values(string line, string? prefix = null)
    {
        TegrastatsLine.TryDecode(line, out var values, out var reason).ShouldBeTrue(reason);
        return string.Join(' ', values.Where(v => prefix is null || v.Channel.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(v => $"{v.Channel.Name}={(v.Value is { } value ? value.ToString() : "off")}"));
    }

    [SkippableFact]
    public void Jetpack_4_tells_rails_without_their_unit()
    {
        var line = File.ReadLines(Path.Combine(SharedRecords.Folder("tegrastats"), "tx2_jp4.log")).Skip(60).First();
        Values(line).ShouldBe(
            "ram=3445620736 cpu0-utilization=0.02 cpu0-frequency=345000000 cpu1-utilization=0.53 cpu1-frequency=2035000000 cpu2-utilization=0.48 cpu2-frequency=2035000000 "
            + "cpu3-utilization=0 cpu3-frequency=345000000 cpu4-utilization=0 cpu4-frequency=345000000 cpu5-utilization=0 cpu5-frequency=345000000 emc-utilization=0 gpu-utilization=0 "
            + "temperature-PLL=37 temperature-MCPU=37 temperature-Tboard=30 temperature-GPU=33.5 temperature-BCPU=37 temperature-thermal=35.9 temperature-Tdiode=33 "
            + "VDD_SYS_GPU=0.153 VDD_SYS_SOC=0.766 VDD_4V0_WIFI=0 VDD_IN=4.788 VDD_SYS_CPU=1.838 VDD_SYS_DDR=1.115");
    }

    [SkippableFact]
    public void Jetpack_5_tells_a_time_units_and_cores_that_are_off()
    {
        var line = File.ReadLines(Path.Combine(SharedRecords.Folder("tegrastats"), "orin_nano_jp5.log")).First();
        Values(line).ShouldBe(
            "ram=2384461824 cpu0-utilization=0.99 cpu0-frequency=1189000000 cpu1-utilization=1 cpu1-frequency=1188000000 cpu2-utilization=1 cpu2-frequency=1189000000 "
            + "cpu3-utilization=0.98 cpu3-frequency=1189000000 cpu4-utilization=off cpu4-frequency=off cpu5-utilization=off cpu5-frequency=off emc-utilization=0 gpu-utilization=0.22 "
            + "temperature-AUX=36.5 temperature-CPU=40 temperature-thermal=37.85 temperature-AO=37.5 temperature-GPU=38 temperature-PMIC=50 VDD_IN=5.542 VDD_CPU_GPU_CV=1.594 VDD_SOC=1.234");
    }

    [SkippableFact]
    public void Every_line_of_the_captures_is_decoded_but_the_date_of_the_recorder()
    {
        foreach (var (file, rejected, rails) in new[] { ("tx2_jp4.log", 1, 6), ("orin_nano_jp5.log", 0, 3) })
        {
            var lines = File.ReadAllLines(Path.Combine(SharedRecords.Folder("tegrastats"), file));
            lines.Count(l => !TegrastatsLine.TryDecode(l, out _, out _)).ShouldBe(rejected);
            foreach (var line in lines)
                if (TegrastatsLine.TryDecode(line, out var values, out _)) values.Count(v => v.Channel.Quantity == "power").ShouldBe(rails);
        }
    }

    [Fact]
    public void Newer_lines_tell_frequencies_of_the_gpu_and_zones_that_are_switched_off() =>
        Values("RAM 2000/7620MB (lfb 1x4MB) CPU [off,3%@729] EMC_FREQ 1%@2133 GR3D_FREQ 14%@[407,408] CV0@-256C cpu@45.3C PMIC@100C VDD_GPU_SOC 3150mW/2971mW NC 0mW/0mW").ShouldBe(
            "ram=2097152000 cpu0-utilization=off cpu0-frequency=off cpu1-utilization=0.03 cpu1-frequency=729000000 emc-utilization=0.01 emc-frequency=2133000000 "
            + "gpu-utilization=0.14 gpu-frequency=407000000 temperature-cpu=45.3 VDD_GPU_SOC=3.15 NC=0");

    [Fact]
    public void Rails_below_the_input_are_its_children_and_the_input_is_the_board()
    {
        TegrastatsLine.TryDecode("RAM 1/2MB VDD_SYS_GPU 153/153 VDD_IN 1840/1840 VDD_NEW 7/7", out var values, out _).ShouldBeTrue();
        var notices = new List<string>();
        var meter = new Tegrastats(Place, TimeSpan.FromSeconds(0.1), values, new RailTopology("quill", []), notices.Add);
        meter.About.Channels.Select(c => (c.Name, c.Boundary, c.Parent)).ShouldBe([("ram", null, null), ("VDD_SYS_GPU", "rail", "VDD_IN"), ("VDD_IN", "board", null), ("VDD_NEW", null, null)]);
        notices.ShouldHaveSingleItem().ShouldContain("VDD_NEW of quill are recorded and enter no energy");
        DescriptionRules.Problem(meter.About).ShouldBeNull();
        meter.Decode(["RAM 1/2MB VDD_IN 1000/1 VDD_LATE 3/3"]).Text().ShouldBe("ram=1048576 VDD_IN=1");
        meter.Decode(["tegrastats: not found"]).Text().ShouldBe("failed: no line of tegrastats: \"tegrastats: not found\"");
    }

    [Fact]
    public void No_line_throws_and_every_refusal_has_a_reason() => Check.QuickThrowOnFailure(Prop.ForAll<string, int>((text, cut) =>
    {
        const string Line = "RAM 2303/6834MB (lfb 27x4MB) CPU [100%@1190,off] EMC_FREQ 0% GR3D_FREQ 32%@[7] CPU@40C VDD_IN 5542mW/5542mW";
        foreach (var line in (string[])[text ?? "", Line[..(Math.Abs(cut % Line.Length))] + text, text + Line[(Math.Abs(cut % Line.Length))..]])
            if (!TegrastatsLine.TryDecode(line, out var values, out var reason)) reason.ShouldNotBeNullOrEmpty();
            else values.ShouldNotBeEmpty();
    }));
}
