using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Behaviors;
using MELT.Devices;

namespace MELT.Actors.Tests.Devices;

public sealed class DeviceTests() : BehaviorSpec<DeviceCommand, DeviceEvent, DeviceState>(new Device(), "phone-1")
{
    private static readonly SessionId First = new("e-01"), Second = new("e-02");
    private static readonly ImmutableSortedDictionary<string, string> Facts = ImmutableSortedDictionary<string, string>.Empty.Add("model", "Pixel").Add("cores", "8");
    private static readonly DeviceEvent Leased = new DeviceEvent.Leased(First, 1, Some.Noon);

    [Fact]
    public void A_device_is_registered_once_with_the_same_facts() =>
        Given()
            .When(new DeviceCommand.Register(Facts, Some.Noon)).ThenPersisted(new DeviceEvent.Registered(Facts, Some.Noon)).ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.Register(Facts, Some.After(9))).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value);

    [Fact]
    public void Other_facts_are_registered_again() =>
        Given(new DeviceEvent.Registered(Facts, Some.Noon))
            .When(new DeviceCommand.Register(Facts.SetItem("cores", "4"), Some.After(9)))
            .ThenPersisted(new DeviceEvent.Registered(Facts.SetItem("cores", "4"), Some.After(9)));

    [Fact]
    public void A_free_device_is_leased_and_the_answer_tells_the_epoch() =>
        Given().When(new DeviceCommand.Lease(First, Some.Noon)).ThenPersisted(Leased).ThenReplied(new DeviceAnswer.Leased(1));

    [Fact]
    public void Leasing_twice_changes_nothing() =>
        Given(Leased).When(new DeviceCommand.Lease(First, Some.After(9))).ThenNothingIsPersisted().ThenReplied(new DeviceAnswer.Leased(1));

    [Fact]
    public void A_leased_device_says_who_holds_it() =>
        Given(Leased).When(new DeviceCommand.Lease(Second, Some.Noon)).ThenNothingIsPersisted().ThenReplied(new DeviceAnswer.Busy(First));

    [Fact]
    public void Every_holder_has_a_higher_epoch() =>
        Given(Leased)
            .When(new DeviceCommand.Release(First, Some.After(1))).ThenPersisted(new DeviceEvent.Released(First, 1, Some.After(1)))
            .When(new DeviceCommand.Lease(Second, Some.After(2))).ThenReplied(new DeviceAnswer.Leased(2))
            .When(new DeviceCommand.Release(Second, Some.After(3)))
            .When(new DeviceCommand.Lease(First, Some.After(4))).ThenReplied(new DeviceAnswer.Leased(3));

    [Fact]
    public void Another_session_cannot_release_it() =>
        Given(Leased)
            .When(new DeviceCommand.Release(Second, Some.Noon)).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.Lease(Second, Some.Noon)).ThenReplied(new DeviceAnswer.Busy(First));

    [Fact]
    public void Releasing_twice_changes_nothing() =>
        Given(Leased, new DeviceEvent.Released(First, 1, Some.Noon)).When(new DeviceCommand.Release(First, Some.Noon)).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value);

    [Fact]
    public void A_meter_is_noted_once() =>
        Given()
            .When(new DeviceCommand.NoteMeter(Some.Meter)).ThenPersisted(new DeviceEvent.MeterNoted(Some.Meter)).ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.NoteMeter(Some.Meter)).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value);

    [Fact]
    public void Clock_samples_that_come_again_because_their_answer_was_lost_are_stored_once() =>
        Given()
            .When(new DeviceCommand.NoteClock("rtc", Some.Exchanges())).ThenPersisted(new DeviceEvent.ClockSampled("rtc", Some.Exchanges()))
            .When(new DeviceCommand.NoteClock("rtc", Some.Exchanges())).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.NoteClock("other", Some.Exchanges())).ThenPersisted(new DeviceEvent.ClockSampled("other", Some.Exchanges()))
            .When(new DeviceCommand.NoteClock("rtc", Some.Exchanges(10))).ThenPersisted(new DeviceEvent.ClockSampled("rtc", Some.Exchanges(10)));

    [Fact]
    public void Marks_and_rejections_are_kept_as_they_came() =>
        Given()
            .When(new DeviceCommand.NoteMark("warm", Some.Noon)).ThenPersisted(new DeviceEvent.Marked("warm", Some.Noon)).ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.NoteRejection("melt/v1/phone-1/clock", "shape", "no object", [1, 2], Some.Noon))
            .ThenPersisted(new DeviceEvent.MessageRejected("melt/v1/phone-1/clock", "shape", "no object", [1, 2], Some.Noon)).ThenReplied(DeviceAnswer.Accepted.Value);

    [Fact]
    public void Inspecting_tells_what_it_is_who_holds_it_and_where_its_stream_stands() =>
        Given(new DeviceEvent.Registered(Facts, Some.Noon), Leased, new DeviceEvent.MeterNoted(Some.Meter), new DeviceEvent.ClockSampled("rtc", Some.Exchanges()))
            .When(new DeviceCommand.Inspect())
            .ThenNothingIsPersisted()
            .ThenReplied(new DeviceAnswer.Standing(Facts, First, 1, [Some.Meter], 4, ["rtc"]));

    [Fact]
    public void A_device_is_plugged_in_where_the_newest_word_says() =>
        Given(new DeviceEvent.Attached("a", Some.Noon))
            .When(new DeviceCommand.Attach("a", Some.After(1))).ThenNothingIsPersisted().ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.Attach("b", Some.After(2))).ThenPersisted(new DeviceEvent.Attached("b", Some.After(2)))
            .When(new DeviceCommand.Detach("a", Some.After(3))).ThenNothingIsPersisted();

    [Fact]
    public void A_device_whose_link_is_gone_is_leased_to_nobody_until_it_is_plugged_in_again() =>
        Given(new DeviceEvent.Attached("a", Some.Noon))
            .When(new DeviceCommand.Detach("a", Some.After(1))).ThenPersisted(new DeviceEvent.Unreachable("a", Some.After(1)))
            .When(new DeviceCommand.Detach("a", Some.After(2))).ThenNothingIsPersisted()
            .When(new DeviceCommand.Lease(First, Some.After(3))).ThenNothingIsPersisted().ThenReplied(new DeviceAnswer.Unreachable("a"))
            .When(new DeviceCommand.Attach("a", Some.After(4))).ThenPersisted(new DeviceEvent.Attached("a", Some.After(4)))
            .When(new DeviceCommand.Lease(First, Some.After(5))).ThenPersisted(new DeviceEvent.Leased(First, 1, Some.After(5)));

    [Fact]
    public void The_holder_hears_that_the_link_is_gone_each_time_it_is_said() =>
        Given(new DeviceEvent.Attached("a", Some.Noon), Leased)
            .When(new DeviceCommand.Detach("a", Some.After(1))).ThenPersisted(new DeviceEvent.Unreachable("a", Some.After(1))).ThenSends<SessionCommand>("session", First.Value, c => c.ShouldBe(LinkLost))
            .When(new DeviceCommand.Detach("a", Some.After(9))).ThenNothingIsPersisted().ThenSends<SessionCommand>("session", First.Value, c => c.ShouldBe(LinkLost));

    private static readonly SessionCommand LinkLost = new SessionCommand.WorkFailed("link-lost", "a, where the device was plugged in, is gone");

    [Fact]
    public void A_holder_keeps_its_lease_when_the_link_goes() =>
        Given(new DeviceEvent.Attached("a", Some.Noon), Leased, new DeviceEvent.Unreachable("a", Some.After(1)))
            .When(new DeviceCommand.Lease(First, Some.After(2))).ThenNothingIsPersisted().ThenReplied(new DeviceAnswer.Leased(1));

    [Fact]
    public void A_link_is_told_once_that_it_stands_and_once_that_it_died() =>
        Given()
            .When(new DeviceCommand.NoteLink("adb 7", null, Some.Noon)).ThenPersisted(new DeviceEvent.LinkOpened("adb 7", Some.Noon)).ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.NoteLink("adb 7", null, Some.After(1))).ThenNothingIsPersisted()
            .When(new DeviceCommand.NoteLink("adb 7", "offline", Some.After(2))).ThenPersisted(new DeviceEvent.LinkLost("adb 7", "offline", Some.After(2)))
            .When(new DeviceCommand.NoteLink("adb 7", "offline", Some.After(3))).ThenNothingIsPersisted()
            .When(new DeviceCommand.NoteLink("adb 7", null, Some.After(4))).ThenPersisted(new DeviceEvent.LinkOpened("adb 7", Some.After(4)));

    [Fact]
    public void Of_a_setting_that_was_not_restored_the_first_old_value_stays() =>
        Given()
            .When(new DeviceCommand.NoteChange("brightness", "0", "128", Some.Noon)).ThenPersisted(new DeviceEvent.SettingChanged("brightness", "0", "128", Some.Noon)).ThenReplied(DeviceAnswer.Accepted.Value)
            .When(new DeviceCommand.NoteChange("brightness", "10", "0", Some.After(1))).ThenNothingIsPersisted()
            .When(new DeviceCommand.NoteRestored("brightness", Some.After(2))).ThenPersisted(new DeviceEvent.SettingRestored("brightness", Some.After(2)))
            .When(new DeviceCommand.NoteRestored("brightness", Some.After(3))).ThenNothingIsPersisted()
            .When(new DeviceCommand.NoteChange("brightness", "0", "10", Some.After(4))).ThenPersisted(new DeviceEvent.SettingChanged("brightness", "0", "10", Some.After(4)));

    [Fact]
    public void What_was_changed_is_told_in_the_order_of_changing()
    {
        var changed = new[] { "wifi", "fan", "screen" }.Select(setting => new DeviceEvent.SettingChanged(setting, "off", "on", Some.Noon));
        Given([.. changed, new DeviceEvent.SettingRestored("fan", Some.Noon)]).State.Changed.ShouldBe([new("wifi", "off", "on"), new("screen", "off", "on")]);
    }
}
