using FsCheck;
using FsCheck.Fluent;
using MELT.Devices;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Topics;

public sealed class MeltTopicTests
{
    private static readonly DeviceId Phone = new("phone-1");
    private static readonly MeterId Vbat = new(Phone, "vbat");

    public static TheoryData<string, MeltTopic> Known => new()
    {
        { "melt/v1/phone-1/vbat/about", new MeltTopic.About(Vbat) },
        { "melt/v1/phone-1/vbat/readings", new MeltTopic.Readings(Vbat) },
        { "melt/v1/phone-1/vbat/blocks", new MeltTopic.Blocks(Vbat) },
        { "melt/v1/phone-1/marks", new MeltTopic.Marks(Phone) },
        { "melt/v1/phone-1/agent/command", new MeltTopic.AgentCommand(Phone) },
        { "melt/v1/phone-1/agent/event", new MeltTopic.AgentEvent(Phone) },
        { "melt/v1/phone-1/agent/status", new MeltTopic.AgentStatus(Phone) },
        { "melt/v1/phone-1/clock", new MeltTopic.Clock(Phone) },
        { "melt/v1/phone-1/marks/readings", new MeltTopic.Readings(new(Phone, "marks")) },
    };

    [Theory, MemberData(nameof(Known))]
    public void Every_topic_is_read_and_written_the_same(string text, MeltTopic topic)
    {
        MeltTopic.TryParse(text, out var parsed, out var reason).ShouldBeTrue(reason);
        parsed.ShouldBe(topic);
        topic.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("", "melt")]
    [InlineData("home/v1/phone/vbat/readings", "first part")]
    [InlineData("melt/v2/phone/vbat/readings", "v1")]
    [InlineData("melt/v1/phone", "not one of")]
    [InlineData("melt/v1//vbat/readings", "device name is empty")]
    [InlineData("melt/v1/phone//readings", "meter name is empty")]
    [InlineData("melt/v1/+/vbat/readings", "+ or #")]
    [InlineData("melt/v1/phone/#/readings", "+ or #")]
    [InlineData("melt/v1/phone/vbat/reading", "none of about")]
    [InlineData("melt/v1/phone/vbat/readings/x", "not one of")]
    [InlineData("melt/v1/phone/agent/readings", "command, event and status")]
    [InlineData("melt/v1/phone/agent/commands", "command, event and status")]
    [InlineData("melt/v1/pho\0ne/clock", "control")]
    public void Anything_else_is_refused_with_what_is_wrong(string text, string expected)
    {
        MeltTopic.TryParse(text, out var parsed, out var reason).ShouldBeFalse();
        parsed.ShouldBeNull();
        reason!.ShouldContain(expected);
    }

    [Theory]
    [InlineData("phone/1", "vbat")]
    [InlineData("", "vbat")]
    [InlineData("phone", "v/bat")]
    [InlineData("phone", "agent")]
    [InlineData("ph+one", "vbat")]
    public void A_name_that_would_be_read_as_another_topic_is_not_written(string device, string meter) =>
        Should.Throw<ArgumentException>(() => new MeltTopic.Readings(new(new(device), meter)).ToString());

    [Fact]
    public void Any_names_that_can_be_written_are_read_back() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NonNull<string>, NonNull<string>>((device, meter) =>
        {
            var topic = new MeltTopic.Blocks(new(new(device.Get), meter.Get));
            string text;
            try { text = topic.ToString(); }
            catch (ArgumentException) { return true; }
            return MeltTopic.TryParse(text, out var parsed, out _) && parsed == topic;
        }));
}
