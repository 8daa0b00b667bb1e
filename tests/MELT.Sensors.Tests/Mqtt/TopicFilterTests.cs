using MELT.Sensors.Mqtt;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>The examples of MQTT 5.0 section 4.7.</summary>
public sealed class TopicFilterTests
{
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon")]
    [InlineData("sport/#", "sport")]
    [InlineData("#", "sport/tennis")]
    [InlineData("sport/tennis/+", "sport/tennis/player1")]
    [InlineData("sport/+", "sport/")]
    [InlineData("+/+", "/finance")]
    [InlineData("/+", "/finance")]
    [InlineData("+", "finance")]
    [InlineData("+/tennis/#", "sport/tennis")]
    [InlineData("$SYS/#", "$SYS/broker/load")]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/Clients")]
    [InlineData("a//b", "a//b")]
    [InlineData("a/+/b", "a//b")]
    public void The_filter_matches(string filter, string topic) => TopicFilter.Matches(filter, topic).ShouldBeTrue();

    [Theory]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking")]
    [InlineData("sport/+", "sport")]
    [InlineData("+", "/finance")]
    [InlineData("#", "$SYS/broker")]
    [InlineData("+/monitor/Clients", "$SYS/monitor/Clients")]
    [InlineData("sport", "sport/")]
    [InlineData("sport/#", "sports")]
    [InlineData("ACCOUNTS", "Accounts")]
    [InlineData("a/b", "a")]
    public void The_filter_does_not_match(string filter, string topic) => TopicFilter.Matches(filter, topic).ShouldBeFalse();

    [Theory]
    [InlineData("#", true)]
    [InlineData("sport/tennis/#", true)]
    [InlineData("sport/tennis#", false)]
    [InlineData("sport/tennis/#/ranking", false)]
    [InlineData("+", true)]
    [InlineData("+/tennis/#", true)]
    [InlineData("sport+", false)]
    [InlineData("sport/+/player1", true)]
    [InlineData("+sport", false)]
    [InlineData("##", false)]
    [InlineData("", false)]
    [InlineData("/", true)]
    [InlineData("a\0b", false)]
    public void A_filter_is_valid_or_not(string filter, bool valid) => TopicFilter.IsValid(filter).ShouldBe(valid);

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("/", true)]
    [InlineData("a/+", false)]
    [InlineData("a/#", false)]
    [InlineData("", false)]
    public void A_name_is_valid_or_not(string topic, bool valid) => TopicFilter.IsValidName(topic).ShouldBe(valid);
}
