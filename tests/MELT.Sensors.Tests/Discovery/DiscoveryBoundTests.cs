using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Sensors.Tests.Discovery;

/// <summary>Whatever is published, in whatever order: no exception, and no more kept than is stated.</summary>
public sealed class DiscoveryBoundTests
{
    private static readonly string[] Topics = ["tele/a/SENSOR", "tele/b/SENSOR", "shellies/x/relay/0/energy", "x/status/switch:0", "zigbee2mqtt/p", "spBv1.0/G/NDATA/N", "v1/devices/me/telemetry", "homeassistant/sensor/a/b/config", "a", "//", "", "10/20/30", "/////", "lab/+/x", "ü/\u0001"];

    private static readonly string[] Payloads =
    [
        """{"Time":"2022-01-11T21:57:38","ENERGY":{"Power":5,"Voltage":230,"Current":0.02,"Total":1.5}}""", """{"Power":-1e300,"Voltage":1e-300,"Current":0}""", """{"power":null,"a":[1,2,3]}""", "12.5 W", "on", "1,2,3", "a,b\n1,2",
        """[{"n":"x","u":"W","v":1}]""", """[{"ts":1,"values":{"p":1}}]""", "m,t=1 f=2 3", "", "{", """{"energy":9223372036854775807}""", """{"energy":-0.0000000000000000001}""", """{"power":1e99}""",
        """{"state_topic":"a","unit_of_measurement":"W"}""", """{"temperature":1e-99,"temp":-273.15}""", """{"power a":1,"power-a":2,"power.a":3,"":4}""", "12",
    ];

    [Fact]
    public void No_message_of_any_kind_makes_it_fail()
    {
        var bytes = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf();
        var payload = Gen.OneOf(Gen.Elements(Payloads).Select(System.Text.Encoding.UTF8.GetBytes), bytes, Gen.Elements(Payloads).SelectMany(p => Gen.Choose(0, Math.Max(0, p.Length - 1)).Select(at => Cut(p, at))));
        var message = Gen.Elements(Topics).SelectMany(t => payload.SelectMany(p => Gen.Choose(-3, 3).SelectMany(s => Gen.Elements(true, false).Select(r => (Topic: t, Payload: p, Step: s, Retained: r)))));
        Check.QuickThrowOnFailure(Prop.ForAll(message.ListOf().ToArbitrary(), messages =>
        {
            var (discovery, at) = (new SensorDiscovery(), Stream.Begin);
            foreach (var m in messages) discovery.Take(m.Topic, m.Payload, at += m.Step * 1_000_000_000L, m.Retained);
            var seen = discovery.Tell();
            foreach (var proposal in SensorProposals.Of(seen, ["plug"]))
            {
                proposal.Findings.ShouldAllBe(f => f.Text.Length > 0);
                RuleGaps.Of(proposal.Rule, seen.Topics.First(t => t.Topic == proposal.Topics[0]).Best, InstrumentCatalogue.Empty);
                if (!proposal.Rule.Channels.IsEmpty && proposal.Topics.All(t => MELT.Sensors.Mqtt.TopicFilter.IsValidName(t))) SensorRuleProblems.Of(proposal.Rule).ShouldBeEmpty();
            }
        }));
    }

    [Fact]
    public void Topics_and_fields_beyond_the_room_are_counted()
    {
        var discovery = new SensorDiscovery();
        var wide = System.Text.Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 200).Select(n => $"\"f{n}\":{n}"))}}}");
        for (var n = 0; n < 700; n++) discovery.Take($"t/{n}", wide, Stream.Begin);

        var seen = discovery.Tell();
        seen.Topics.Length.ShouldBe(DiscoveryLimits.MostTopics);
        seen.Beyond.ShouldBe(700 - DiscoveryLimits.MostTopics);
        seen.Topics.Sum(t => t.Formats.Sum(f => f.Fields.Length)).ShouldBe(DiscoveryLimits.MostFieldsInAll);
        seen.Topics[0].Best!.ShouldSatisfyAllConditions(f => f.Fields.Length.ShouldBe(DiscoveryLimits.MostFields), f => f.FieldsBeyond.ShouldBe(200 - DiscoveryLimits.MostFields));
    }

    [Fact]
    public void A_topic_that_tells_ever_new_values_is_kept_within_its_room()
    {
        var discovery = new SensorDiscovery();
        for (var n = 0; n < 20_000; n++) discovery.Take("a/power", System.Text.Encoding.UTF8.GetBytes($$"""{"power":{{n}},"text":"t{{n}}"}"""), Stream.Begin + n * 1_000_000L);
        var best = discovery.Tell().Topics[0].Best!;
        best.Find("power")!.Numbers!.ShouldSatisfyAllConditions(n => n.Distinct.ShouldBe(DiscoveryLimits.MostDistinct), n => n.MoreDistinct.ShouldBeTrue(), n => n.Count.ShouldBe(20_000), n => n.Rises.ShouldBe(19_999));
        best.Find("text")!.Texts.Length.ShouldBe(DiscoveryLimits.MostTexts);
        best.Rows.Rows.Length.ShouldBeLessThanOrEqualTo(DiscoveryLimits.MostRows);
        best.Rows.Rows[^1][0].ShouldBeGreaterThan(10_000, "rows span all messages, not the first ones");
    }

    private static byte[] Cut(string text, int at) => System.Text.Encoding.UTF8.GetBytes(text)[..Math.Min(at, text.Length)];
}
