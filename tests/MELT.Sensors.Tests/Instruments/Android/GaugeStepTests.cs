using System.Collections.Immutable;
using MELT.Sensors.Instruments.Android;

namespace MELT.Sensors.Tests.Instruments.Android;

public sealed class GaugeStepTests
{
    /// <summary>A phone that draws 0.2 A at rest and 0.9 A under load, as a gauge of this unit and sign tells it.</summary>
    private static LoadStep Step(double scale, bool external = false, double noise = 0.01, double load = 0.9) =>
        new(Around(0.2, scale, noise), Around(load, scale, noise), 3.85, external);

    private static ImmutableArray<double> Around(double amperes, double scale, double noise) => [.. Enumerable.Range(-4, 9).Select(i => scale * (amperes + i * noise / 4))];

    [Theory]
    [InlineData(1e6, CurrentUnit.Microampere, CurrentSign.PositiveIsOut)]
    [InlineData(-1e6, CurrentUnit.Microampere, CurrentSign.PositiveIsIn)]
    [InlineData(-1e3, CurrentUnit.Milliampere, CurrentSign.PositiveIsIn)]
    [InlineData(1, CurrentUnit.Ampere, CurrentSign.PositiveIsOut)]
    public void A_step_of_load_tells_unit_and_sign_with_its_evidence(double scale, CurrentUnit unit, CurrentSign sign)
    {
        var quirk = GaugeStep.Decide(Step(scale)).ShouldBeOfType<GaugeVerdict.Known>().Quirk;
        (quirk.Unit, quirk.Sign).ShouldBe((unit, sign));
        quirk.Source.ShouldStartWith("load step: the gauge went from ");
        quirk.Source.ShouldContain(unit.ToString().ToLowerInvariant());
    }

    [Fact]
    public void What_the_step_does_not_tell_is_left_open_with_the_reason()
    {
        Reason(Step(1e6, external: true)).ShouldContain("fed from outside");
        Reason(Step(1e6, noise: 1.5)).ShouldContain("too small beside the spread");
        Reason(Step(1e6, load: 0.2)).ShouldContain("too small");
        Reason(Step(3e4)).ShouldContain("in no unit of current");
        Reason(Step(1e6) with { AtRest = [1, 2] }).ShouldContain("at least 5 readings");
        Reason(Step(1e6) with { LeastWatts = 0.01, MostWatts = 15 }).ShouldContain("factor below 1000");
        Reason(Step(1e6) with { UnderLoad = [.. Enumerable.Repeat((double)int.MinValue, 9)] }).ShouldContain("does not tell a current");
        Reason(Step(1e6) with { Volts = double.NaN }).ShouldContain("must be positive");

        static string Reason(LoadStep step) => GaugeStep.Decide(step).ShouldBeOfType<GaugeVerdict.Open>().Reason;
    }

    [Fact]
    public void What_is_known_of_a_model_names_its_source_and_an_unknown_one_is_not_guessed()
    {
        var told = new List<string>();
        BatteryQuirks.Of(new("samsung", "SM-G991B", "12", null), told.Add)!.Unit.ShouldBe(CurrentUnit.Milliampere);
        BatteryQuirks.Of(new("Xiaomi", "MI 8", "9", null), told.Add)!.Sign.ShouldBe(CurrentSign.PositiveIsOut);
        told[1].ShouldContain("AccA issue 27");
        BatteryQuirks.Of(new("HUAWEI", "POT-LX1", "10", null), told.Add)!.Unit.ShouldBe(CurrentUnit.Milliampere);
        told[2].ShouldContain("other models of its maker");
        BatteryQuirks.Of(new("Xiaomi", "Redmi", "9", null), told.Add).ShouldBeNull();
        BatteryQuirks.Of(new(null, null, null, "board"), told.Add).ShouldBeNull();
        told.Count.ShouldBe(3);
        BatteryQuirks.Known.ShouldAllBe(k => k.Quirk.Source.Length > 10);
    }

    [Fact]
    public void A_gauge_is_read_in_its_own_numbers_for_the_step()
    {
        using var host = new FakeHost();
        foreach (var (file, text) in new[] { ("type", "Battery"), ("status", "Unknown"), ("voltage_now", "4000000"), ("current_now", "-250") }) host.Write($"sys/class/power_supply/battery/{file}", text);
        MELT.Sensors.Instruments.Battery.Find(host.Place, BatteryQuirk.Raw).Usable.ShouldHaveSingleItem().Read().Text().ShouldBe("voltage=4 current=-250");
        host.Write("sys/class/power_supply/battery/current_now", "-2147483648");
        MELT.Sensors.Instruments.Battery.Find(host.Place, BatteryQuirk.Raw).Usable.ShouldHaveSingleItem().Read().Text().ShouldBe("nothing");
    }
}
