using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Topics;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("tele/+device/SENSOR", "tele/+/SENSOR", "tele/plug-3/SENSOR", "device=plug-3")]
    [InlineData("lab/+device/power/+channel", "lab/+/power/+", "lab/orin/power/vdd", "device=orin channel=vdd")]
    [InlineData("a/+/+meter/#", "a/+/+/#", "a/x/m/deep/er", "meter=m")]
    [InlineData("a/b", "a/b", "a/b", "")]
    [InlineData("#", "#", "any/thing", "")]
    public void Named_levels_are_what_a_topic_has_there(string text, string filter, string topic, string captured)
    {
        TopicPattern.TryParse(text, out var pattern, out _).ShouldBeTrue();
        pattern.Filter.ShouldBe(filter);
        pattern.TryMatch(topic, out var found).ShouldBeTrue();
        string.Join(' ', found.Select(c => $"{c.Key}={c.Value}")).ShouldBe(captured);
    }

    [Theory]
    [InlineData("tele/+device/SENSOR", "tele/plug-3/STATE")]
    [InlineData("tele/+device/SENSOR", "tele/plug-3/a/SENSOR")]
    [InlineData("#", "$SYS/broker/uptime")]
    public void Other_topics_do_not_fit(string text, string topic)
    {
        TopicPattern.TryParse(text, out var pattern, out _).ShouldBeTrue();
        pattern.TryMatch(topic, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("tele/plug+/SENSOR", "is no topic filter")]
    [InlineData("tele/#/SENSOR", "is no topic filter")]
    [InlineData("", "is no topic filter")]
    [InlineData("tele/+phone/SENSOR", "names a level +phone; the names are +device, +meter, +channel")]
    [InlineData("+device/+device", "has +device twice")]
    [InlineData("melt/v1/+device/vbat/readings", "MELT's own tree")]
    public void What_is_no_pattern_is_refused_with_the_reason(string text, string reason)
    {
        TopicPattern.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(reason);
    }
}
