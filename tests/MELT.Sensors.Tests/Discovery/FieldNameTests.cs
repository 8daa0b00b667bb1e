namespace MELT.Sensors.Tests.Discovery;

/// <summary>What names of fields say, seen in what is proposed for a field of that name.</summary>
public sealed class FieldNameTests
{
    [Theory]
    [InlineData("Power", "power", "W")]
    [InlineData("load_watts", "power", "W")]
    [InlineData("bus_voltage_mV", "voltage", "mV")]
    [InlineData("power_mw", "power", "mW")]
    [InlineData("current_uA", "current", "µA")]
    [InlineData("energyKwh", "energy", "kWh")]
    [InlineData("power_kwh", "energy", "kWh")]
    [InlineData("gpu temp (C)", "temperature", "°C")]
    [InlineData("VDD_IN mW", "power", "mW")]
    [InlineData("battery-current", "current", null)]
    [InlineData("energy", "energy", null)]
    [InlineData("linkquality", null, null)]
    [InlineData("uptime", null, null)]
    public void The_name_of_a_field_may_say_quantity_and_unit(string name, string? quantity, string? unit)
    {
        var channel = Stream.Of("bench/rig/x", 1, Stream.Json($$"""{"{{name}}":17,"other":"x"}"""), Stream.Json($$"""{"{{name}}":18,"other":"x"}""")).Only().Rule.Channels.ShouldHaveSingleItem();
        channel.Unit.ShouldBe(unit);
        if (unit is null) channel.Quantity.ShouldBe(quantity);
        else
        {
            MELT.Sensors.Decoding.Payloads.PayloadUnits.TryFind(unit, out var known).ShouldBeTrue();
            known!.Quantity.ShouldBe(quantity);
        }
    }

    [Theory]
    [InlineData("max_power")]
    [InlineData("power_limit")]
    [InlineData("energy_yesterday")]
    public void Limits_and_parts_are_left_out(string name) =>
        Stream.Of("bench/rig/x", 1, Stream.Json($$"""{"{{name}}":17,"power":3}"""), Stream.Json($$"""{"{{name}}":17,"power":4}""")).Only().Rule.Channels.ShouldHaveSingleItem().Path.ShouldBe("power");

    [Fact]
    public void A_mean_by_its_name_is_averaged() =>
        Stream.Of("bench/rig/x", 1, """{"power_avg":3}""", """{"power_avg":4}""").Only().Rule.Kind.ShouldBe(MELT.Sensors.Meters.SensorKind.Averaged);
}
