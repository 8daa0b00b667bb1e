using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Simulation;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Simulation;

public sealed class PowerHistoryTests
{
    private static readonly Stamp Start = new(1_767_225_600_000_000_000);

    /// <summary>Pieces of 1 to 400 ms at up to 20 W on a device that heats fast.</summary>
    private static readonly Arbitrary<(int Milliseconds, int Watts)[]> Pieces = Arb.From(Gen.ArrayOf(
        from milliseconds in Gen.Choose(1, 400) from watts in Gen.Choose(0, 20) select (milliseconds, watts)).Where(pieces => pieces.Length > 0));

    private static readonly DeviceProfile Hot = DeviceProfiles.Phone with { HeatCapacityJoulesPerKelvin = 0.2, LeakageWattsPerKelvin = 0.05 };

    private static (PowerHistory Power, Stamp End) Play((int Milliseconds, int Watts)[] pieces)
    {
        var power = new PowerHistory(Hot);
        var at = Start;
        foreach (var (milliseconds, watts) in pieces)
        {
            power.Set(at, watts);
            at += milliseconds * 1_000_000L;
        }
        return (power, at);
    }

    [Fact]
    public void Energy_is_the_integral_of_power() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Pieces, pieces =>
    {
        var (power, _) = Play(pieces);
        var (begin, at) = (Start + -5_000_000, Start);
        var numeric = Simpson(power, begin, Start);
        foreach (var (milliseconds, _) in pieces)
        {
            var end = at + milliseconds * 1_000_000L;
            numeric += Simpson(power, at, end);
            at = end;
        }
        power.EnergyJoules(begin, at).ShouldBe(numeric, 1e-9 * Math.Max(1, numeric));
    }));

    /// <summary>Simpson's rule inside one piece, just short of its end, where power may jump.</summary>
    private static double Simpson(PowerHistory power, Stamp begin, Stamp end)
    {
        const int Steps = 200;
        var step = (end - begin) / (double)Steps;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var at = begin + Math.Min((long)(i * step), end - begin - 1);
            sum += power.PowerAt(at) * (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * step * 1e-9 / 3;
    }

    [Fact]
    public void Energies_of_parts_add_up_to_that_of_the_whole() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Pieces, Arb.From(Gen.Choose(0, 1000)), (pieces, permille) =>
    {
        var (power, end) = Play(pieces);
        var middle = Start + (end - Start) * permille / 1000;
        (power.EnergyJoules(Start, middle) + power.EnergyJoules(middle, end)).ShouldBe(power.EnergyJoules(Start, end), 1e-12 * (1 + power.EnergyJoules(Start, end)));
        power.EnergyJoules(end, Start).ShouldBe(-power.EnergyJoules(Start, end));
    }));

    [Fact]
    public void Temperature_never_jumps() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Pieces, pieces =>
    {
        var (power, _) = Play(pieces);
        var at = Start;
        foreach (var (milliseconds, _) in pieces)
        {
            power.CelsiusAt(at).ShouldBe(power.CelsiusAt(at + -1), 1e-5);
            at += milliseconds * 1_000_000L;
        }
    }));

    [Fact]
    public void A_device_left_alone_settles_where_its_heat_balances()
    {
        var power = new PowerHistory(Hot);
        power.Set(Start, 4);
        var later = Start + TimeSpan.FromHours(1);
        var theta = power.CelsiusAt(later) - Hot.AmbientCelsius;
        (theta / Hot.ThermalResistanceKelvinPerWatt).ShouldBe(power.PowerAt(later), 1e-9);
        power.PowerAt(later).ShouldBe(4 + Hot.LeakageWattsPerKelvin * theta, 1e-9);
    }

    [Fact]
    public void Setting_a_level_forgets_what_was_planned_after_it()
    {
        var (planned, plain) = (new PowerHistory(Hot), new PowerHistory(Hot));
        planned.Set(Start, 5);
        planned.Set(Start + 900, 9);
        planned.Set(Start + 1_000_000, 11);
        foreach (var power in new[] { planned, plain }) power.Set(Start, 5);
        foreach (var power in new[] { planned, plain }) power.Set(Start + 500_000, 1);
        planned.EnergyJoules(Start, Start + 5_000_000).ShouldBe(plain.EnergyJoules(Start, Start + 5_000_000));
    }

    [Fact]
    public void Leakage_that_outruns_the_heat_flow_is_refused() =>
        Should.Throw<ArgumentException>(() => new PowerHistory(Hot with { LeakageWattsPerKelvin = 0.2 })).Message.ShouldContain("lower leakage");
}
