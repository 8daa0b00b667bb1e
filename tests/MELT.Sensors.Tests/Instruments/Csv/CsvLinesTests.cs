using MELT.Devices.Time;
using MELT.Sensors.Instruments.Csv;

namespace MELT.Sensors.Tests.Instruments.Csv;

public sealed class CsvLinesTests
{
    private static readonly Stamp Arrived = new(77);

    private static CsvLines Lines(string columns, string? time = null)
    {
        CsvLayout.TryParse(columns, time, out var layout, out var problem).ShouldBeTrue(problem);
        return new(layout, time);
    }

    private static string Read(CsvLines lines, string line) => lines.Read(System.Text.Encoding.UTF8.GetBytes(line), Arrived, out var row, out var reason) switch
    {
        LineOutcome.Row => $"{row.At.Nanoseconds}: {string.Join(' ', row.Values)}",
        LineOutcome.Skipped => "skipped",
        _ => $"bad: {reason}",
    };

    [Theory]
    [InlineData("v:V,i:mA,t:us", null, "3.30,500,12", "12000: 3.3 0.5")]
    [InlineData("v:mV,i:uA,-", "none", "3301;250;ignored", "77: 3.301 0.00025")]
    [InlineData("t:ms,p:mW", "t", "1700000000123.25\t1500", "1700000000123250000: 1.5")]
    [InlineData("p:W,when", "when:iso", "12.5,2026-05-02T10:00:00.25Z", "1777716000250000000: 12.5")]
    [InlineData("p:W", null, "  60.0 \r", "77: 60")]
    [InlineData("v:V,i:A", null, "3.3   0.5", "77: 3.3 0.5")]
    [InlineData("e:Wh", null, "\"1.5\"", "77: 5400")]
    [InlineData("x", null, "-1e-3", "77: -0.001")]
    public void A_line_becomes_exact_values_in_base_units(string columns, string? time, string line, string read) => Read(Lines(columns, time), line).ShouldBe(read);

    [Theory]
    [InlineData("3.3,5", "bad: has 2 cells where 3 columns are named")]
    [InlineData("3.3,x1,12", "bad: has no number for i: \"x1\"")]
    [InlineData("3.3,,12", "bad: has no value of i")]
    [InlineData("3.3,1,-", "bad: has no time: \"-\"")]
    [InlineData("1e9,1,12", "bad: has no value of v: 1000000000 V is no voltage: it lies between -100000 and 100000 V")]
    [InlineData("3.3,-2147483648,12", "bad: has no value of i: -2147483648 is how firmware says that it has no value")]
    [InlineData("", "skipped")]
    [InlineData("# boot", "skipped")]
    [InlineData("volts,amps,time", "skipped")]
    public void What_is_no_line_of_values_says_why(string line, string read) => Read(Lines("v:V,i:mA,t:us"), line).ShouldBe(read);

    [Fact]
    public void A_header_is_passed_over_each_time_it_comes_and_other_words_are_bad()
    {
        var lines = Lines("v:V,i:A");
        new[] { "volts,amps", "1,2", "volts,amps", "error,error" }.Select(l => Read(lines, l)).ShouldBe(["skipped", "77: 1 2", "skipped", "bad: has no number for v: \"error\""]);
    }

    [Fact]
    public void A_first_line_names_columns_units_and_the_time()
    {
        var lines = new CsvLines(null, null);
        Read(lines, "1,2,3").ShouldBe("bad: came before the names of the columns");
        Read(lines, "v [mV],i (A),t:us").ShouldBe("skipped");
        Read(lines, "3300,0.5,7").ShouldBe("7000: 3.3 0.5");
        lines.Layout!.Columns.Select(c => (c.Name, c.Unit?.Base)).ShouldBe([("v", "V"), ("i", "A"), ("t", "s")]);
    }

    [Fact]
    public void A_single_column_may_be_named_with_its_unit()
    {
        var lines = new CsvLines(null, null);
        new[] { "p [mW]", "60500" }.Select(l => Read(lines, l)).ShouldBe(["skipped", "77: 60.5"]);
    }

    [Fact]
    public void A_counter_of_a_microcontroller_goes_on_behind_its_range()
    {
        var lines = Lines("t:us,p:W", "t:us:32");
        new[] { "4294967000,1", "4294967295,1", "4,1", "1000,1" }.Select(l => Read(lines, l).Split(':')[0]).ShouldBe(["4294967000000", "4294967295000", "4294967300000", "4294968296000"]);
        Read(lines, "4294967299,1").ShouldBe("bad: has a time outside a counter of 32 bits: 4294967299");
    }

    [Theory]
    [InlineData("v:W,v:A", null, "named twice")]
    [InlineData("v:furlong", null, "no unit that is known")]
    [InlineData("t:us", null, "no column beside the time")]
    [InlineData("v:V", "t:us", "no column \"t\"")]
    [InlineData("v:V,t:h", "t", "in s, ms, us, ns or iso")]
    [InlineData("v:V,t:us", "t:us:99", "8 to 62")]
    public void Columns_that_cannot_be_are_refused(string columns, string? time, string why)
    {
        CsvLayout.TryParse(columns, time, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(why);
    }

    [Fact]
    public void A_column_called_t_is_the_time_only_in_a_unit_of_time()
    {
        CsvLayout.TryParse("t:°C,v:V", null, out var warm, out _).ShouldBeTrue();
        warm!.Time.ShouldBeNull();
        CsvLayout.TryParse("v:V,Time:ms", null, out var timed, out _).ShouldBeTrue();
        timed!.Time!.Column.ShouldBe(1);
        CsvLayout.TryParse("v:V,t:ms", "none", out var none, out _).ShouldBeTrue();
        none!.Time.ShouldBeNull();
    }
}
