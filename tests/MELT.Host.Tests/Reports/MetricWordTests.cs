using MELT.Host.Reports;

namespace MELT.Host.Tests.Reports;

public sealed class MetricWordTests
{
    [Theory]
    [InlineData("ttft_seconds", "First token", "s")]
    [InlineData("max_temperature_celsius.cpu-thermal", "Highest temperature, cpu-thermal", "°C")]
    [InlineData("thinking_seconds", "Thinking", "s")]
    [InlineData("vision_energy_per_token_joules", "Vision energy", "J/token")]
    [InlineData("oddity", "Oddity", "")]
    public void Every_key_has_words(string key, string label, string unit)
    {
        var word = MetricWord.Of(key);

        word.Label.ShouldBe(label);
        word.Unit.ShouldBe(unit);
    }

    [Fact]
    public void Metrics_silent_for_one_reason_are_said_once()
    {
        var silent = SilentMetrics.Of(MetricRow.Of(Some.HostSession().Metrics)).Single(one => one.Reason!.Code == "no-sensor");

        silent.Words.Length.ShouldBe(15);
        silent.Label.ShouldBe("Energy and 14 more");
    }
}
