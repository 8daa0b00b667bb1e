using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class HoconScalarsTests
{
    [Theory]
    [InlineData("100ms", 1_000_000)]
    [InlineData("100 ms", 1_000_000)]
    [InlineData("5 s", 50_000_000)]
    [InlineData("0.3 seconds", 3_000_000)]
    [InlineData("2 m", 1_200_000_000)]
    [InlineData("1 us", 10)]
    [InlineData("-1 s", -10_000_000)]
    public void Durations_have_a_number_and_a_unit(string text, long ticks)
    {
        HoconScalars.TryDuration(text, out var duration).ShouldBeTrue();
        duration.Ticks.ShouldBe(ticks);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 parsecs")]
    [InlineData("1e300 d")]
    [InlineData("NaN s")]
    [InlineData("1,5 s")]
    public void Durations_without_a_known_unit_or_number_are_refused(string text) => HoconScalars.TryDuration(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("12", 12)]
    [InlineData("64K", 65536)]
    [InlineData("200 MiB", 209715200)]
    [InlineData("1.5 GB", 1500000000)]
    public void Sizes_are_bytes_with_or_without_a_unit(string text, long bytes)
    {
        HoconScalars.TrySize(text, out var size).ShouldBeTrue();
        size.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1 mb")]
    [InlineData("9e18 TB")]
    public void Impossible_sizes_are_refused(string text) => HoconScalars.TrySize(text, out _).ShouldBeFalse();

    [Fact]
    public void Numbers_and_switches_do_not_depend_on_the_country()
    {
        HoconScalars.TryNumber("-1.5e3", out var number).ShouldBeTrue();
        number.ShouldBe(-1500);
        HoconScalars.TryNumber("Infinity", out _).ShouldBeFalse();
        HoconScalars.TrySwitch("on", out var on).ShouldBeTrue();
        on.ShouldBeTrue();
        HoconScalars.TrySwitch("no", out var no).ShouldBeTrue();
        no.ShouldBeFalse();
        HoconScalars.TrySwitch("maybe", out _).ShouldBeFalse();
    }
}
