using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Nvidia;
using MELT.Sensors.Tests.Import;
using MELT.Sensors.Tests.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments.Nvidia;

public sealed class NvidiaSmiTests
{
    private static readonly HostPlace Place = new(new HostTree(), new("gpu"), "gpu-clock");
    private static readonly ImmutableArray<NvidiaSmiField> Fields = [.. NvidiaSmiField.Known.Where(f => f.Query is "power.draw" or "power.draw.instant" or "utilization.gpu" or "temperature.gpu" or "clocks.current.sm" or "memory.used" or "clocks_throttle_reasons.active")];

    [Theory]
    [InlineData("0, 78.66, 81.81, 100, 53, 1410, 1024, 0x0000000000000004")]
    [InlineData("0, 78.66 W, 81.81 W, 100 %, 53, 1410 MHz, 1024 MiB, 0x0000000000000004")]
    public void Cells_are_read_with_and_without_units(string line)
    {
        NvidiaSmi.TryDecode(line, Fields, out var card, out var values, out var reason).ShouldBeTrue(reason);
        card.ShouldBe(0);
        new Reading.Taken(values).Text().ShouldBe("power_draw=78.66 power_draw_instant=81.81 utilization_gpu=1 temperature_gpu=53 clocks_current_sm=1410000000 memory_used=1073741824 throttle_reasons=4");
    }

    [Fact]
    public void What_a_card_does_not_tell_is_no_channel_and_a_cell_that_fails_now_and_then_is_left_out()
    {
        var meter = new NvidiaSmi(Place, Fields, ["0, [N/A], 81.81, [Unknown Error], 53, 1410, 1024, [Not Supported]"]);
        meter.About.Channels.Select(c => (c.Name, c.Boundary, c.Parent)).ShouldBe([("power_draw_instant", "board", null), ("temperature_gpu", null, null), ("clocks_current_sm", null, null), ("memory_used", null, null)]);
        DescriptionRules.Problem(meter.About).ShouldBeNull();
        (meter.About.Held, meter.About.WindowSeconds, meter.About.PeriodSeconds).ShouldBe((true, null, null));
        meter.Decode(["0, 1, [Unknown Error], 3, 54, 1411, 1, 0x0"]).Text().ShouldBe("temperature_gpu=54 clocks_current_sm=1411000000 memory_used=1048576");
    }

    [Fact]
    public void Several_cards_are_one_reading_once_the_last_has_told()
    {
        var fields = Fields[..1];
        var meter = new NvidiaSmi(Place, fields, ["0, 70", "1, 80", "3, 90"]);
        meter.About.Channels.Select(c => c.Name).ShouldBe(["power_draw.0", "power_draw.1", "power_draw.3"]);
        meter.Decode(["0, 71"]).ShouldBeOfType<Reading.Nothing>();
        meter.Decode(["1, 81"]).ShouldBeOfType<Reading.Nothing>();
        meter.Decode(["3, 91"]).Text().ShouldBe("power_draw.0=71 power_draw.1=81 power_draw.3=91");
        meter.Decode(["1, 82"]).ShouldBeOfType<Reading.Nothing>();
        meter.Decode(["0, 72", "1, 83", "3, 92"]).Text().ShouldBe("power_draw.0=72 power_draw.1=83 power_draw.3=92");
        meter.Decode(["2, 1"]).Text().ShouldBe("failed: nvidia-smi tells a card 2 that was not there before");
    }

    [Fact]
    public void No_line_throws_and_every_refusal_has_a_reason() => Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
    {
        foreach (var line in (string[])[text ?? "", $"0, {text}", $"0, {text}, 81.81, 100, 53, 1410, 1024, 0x4"])
            if (!NvidiaSmi.TryDecode(line, Fields, out _, out _, out var reason)) reason.ShouldNotBeNullOrEmpty();
    }));

    [SkippableFact]
    public async Task A_driver_that_does_not_know_a_field_is_asked_for_the_others_and_its_lines_are_replayed()
    {
        await using var device = new FakeDevice();
        var capture = Path.Combine(SharedRecords.Folder("nvidia-smi"), "A100_update_freq.csv");
        // A stand-in, synthetic: columns utilization, pstate, temperature, clock, power of an A100's capture, which it replays.
        device.Program("nvidia-smi", $$"""
            case "$1" in *throttle*) echo 'Field "clocks_throttle_reasons.active" is not a valid field to query.'; exit 2;; esac
            n=1; case "$3" in -lms) n=50;; esac
            sed -n "2,$((n + 1))p" '{{capture}}' | while IFS=', ' read -r day time load state heat clock watts instant; do echo "0, $watts, [N/A], $instant, $load, [N/A], $heat, $clock, [N/A], [N/A], $state"; done
            [ $n = 50 ] && exec sleep 1000
            exit 0
            """);
        var found = await device.DiscoverAsync();
        FakeDevice.About(found, "nvidia-smi").Channels.Select(c => c.Name).ShouldBe(["power_draw", "power_draw_instant", "utilization_gpu", "temperature_gpu", "clocks_current_sm", "pstate"]);
        var (readings, end) = await device.TakeAsync(found, "nvidia-smi", 4);
        readings.ConvertAll(r => r.Reading.Text().Split(' ')[0]).ShouldBe(["power_draw=78.66", "power_draw=78.66", "power_draw=78.66", "power_draw=81.81"]);
        end.Reason.ShouldBeNull();
    }
}
