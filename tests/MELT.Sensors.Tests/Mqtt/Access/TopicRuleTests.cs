using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Sensors.Tests.Mqtt.Access;

public sealed class TopicRuleTests
{
    private static readonly Gen<string> s_level = Gen.Elements("a", "b", "", "+", "$x");
    private static readonly Gen<string> s_filter =
        from levels in Gen.ListOf(s_level, 3)
        from last in Gen.Elements("a", "+", "#", "")
        select string.Join('/', [.. levels, last]);
    private static readonly Gen<string> s_topic = Gen.Elements(1, 2, 3, 4).SelectMany(n => Gen.ListOf(Gen.Elements("a", "b", "", "$x"), n)).Select(levels => string.Join('/', levels)).Where(t => t.Length > 0);

    [Fact]
    public void What_a_rule_covers_it_matches() => Prop.ForAll(
        (from rule in s_filter from filter in s_filter from topics in Gen.ListOf(s_topic, 20) select (rule, filter, topics)).ToArbitrary(),
        x =>
        {
            if (!TopicFilter.Covers(x.rule, x.filter)) return;
            foreach (var topic in x.topics.Where(t => TopicFilter.Matches(x.filter, t))) TopicFilter.Matches(x.rule, topic).ShouldBeTrue($"{x.rule} covers {x.filter}, but not {topic}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData("#", "#", true)]
    [InlineData("#", "a/+/b", true)]
    [InlineData("#", "$SYS/#", false)]
    [InlineData("$SYS/#", "$SYS/broker/+", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/#", true)]
    [InlineData("a/#", "#", false)]
    [InlineData("a/+", "a/#", false)]
    [InlineData("a/+", "a/+", true)]
    [InlineData("a/b", "a/+", false)]
    [InlineData("+/b", "a/b", true)]
    [InlineData("+", "a/b", false)]
    [InlineData("a/b/#", "a", false)]
    [InlineData("a", "a/#", false)]
    public void Covering_is_showing_no_more(string rule, string filter, bool covered) => TopicFilter.Covers(rule, filter).ShouldBe(covered);

    [Theory]
    [InlineData("melt/v1/%u/#", null)]
    [InlineData("%c", null)]
    [InlineData("a/b%u", "whole levels")]
    [InlineData("a/%x", "whole levels")]
    [InlineData("a/#/b", "not a topic filter")]
    [InlineData("", "not a topic filter")]
    public void A_rule_is_a_filter_with_two_signs(string filter, string? objection)
    {
        if (objection is null) BrokerUser.Objection(filter).ShouldBeNull();
        else BrokerUser.Objection(filter).ShouldNotBeNull().ShouldContain(objection);
    }
}
