using MELT.Actors.Rules;
using MELT.Actors.Tests.Behaviors;
using MELT.Sensors.Topics;

namespace MELT.Actors.Tests.Rules;

public sealed class RulebookTests() : BehaviorSpec<RulebookCommand, RulebookEvent, RulebookState>(new Rulebook(), Rulebook.Id)
{
    private const string Here = "sensors.conf of a:1", There = "sensors.conf of b:1";
    private const string Topic = "homeassistant/sensor/plug/power/config";
    private static readonly SensorRule Plug = Rule("plug", "tele/+device/SENSOR"), Other = Rule("other", "shellies/+device/relay/0/power");
    private static readonly SensorRule Announced = Rule(Topic, "tele/plug/SENSOR") with { AnnouncedOn = Topic };

    [Fact]
    public void What_an_operator_wrote_is_kept_once_and_told_to_all() =>
        Given()
            .When(Adopt(Plug, Other)).ThenPersisted(Set(Plug), Set(Other)).ThenReplied(new RulebookAnswer.Standing([Other, Plug]))
            .ThenPublishes<RulesChanged>(changed => changed.Rules.Select(r => r.Name).ShouldBe(["other", "plug"]))
            .When(Adopt(Plug, Other)).ThenNothingIsPersisted().ThenReplied(new RulebookAnswer.Standing([Other, Plug]));

    [Fact]
    public void A_rule_that_was_changed_takes_the_place_of_the_old_one() =>
        Given(Set(Plug), Set(Other)).When(Adopt(Plug with { Vouched = "A. Person" }, Other)).ThenPersisted(Set(Plug with { Vouched = "A. Person" }));

    [Fact]
    public void A_rule_that_is_no_longer_written_is_no_longer_in_force() =>
        Given(Set(Plug), Set(Other)).When(Adopt(Other)).ThenPersisted(new RulebookEvent.RuleRemoved("plug", Here, Some.Noon)).ThenReplied(new RulebookAnswer.Standing([Other]));

    [Fact]
    public void What_a_device_announces_and_what_an_operator_writes_do_not_take_each_other_away() =>
        Given(Set(Plug))
            .When(new RulebookCommand.Announce(Topic, [Announced], Some.Noon)).ThenPersisted(Set(Announced, Topic))
            .When(Adopt(Plug)).ThenNothingIsPersisted()
            .When(new RulebookCommand.Announce(Topic, [], Some.Noon)).ThenPersisted(new RulebookEvent.RuleRemoved(Topic, Topic, Some.Noon)).ThenReplied(new RulebookAnswer.Standing([Plug]));

    [Fact]
    public void A_node_without_a_rule_does_not_take_it_from_another_that_has_it() =>
        Given(Set(Plug))
            .When(new RulebookCommand.Adopt(There, [], Some.Noon)).ThenNothingIsPersisted().ThenReplied(new RulebookAnswer.Standing([Plug]))
            .When(new RulebookCommand.Adopt(There, [Plug], Some.Noon)).ThenPersisted(Set(Plug, There))
            .When(Adopt()).ThenPersisted(new RulebookEvent.RuleRemoved("plug", Here, Some.Noon)).ThenReplied(new RulebookAnswer.Standing([Plug]))
            .When(new RulebookCommand.Adopt(There, [], Some.Noon)).ThenReplied(new RulebookAnswer.Standing([]));

    [Fact]
    public void A_device_announces_only_for_itself() =>
        Given().When(new RulebookCommand.Announce(Topic, [Plug], Some.Noon)).ThenNothingIsPersisted().ThenReplied<RulebookAnswer.Refused>();

    private static SensorRule Rule(string name, string topic) => new(name, topic, "tasmota") { Channels = [new() { Name = "p", Path = "ENERGY.Power", Unit = "W" }] };
    private static RulebookCommand Adopt(params SensorRule[] rules) => new RulebookCommand.Adopt(Here, [.. rules], Some.Noon);
    private static RulebookEvent Set(SensorRule rule, string source = Here) => new RulebookEvent.RuleSet(rule, source, Some.Noon);
}
