using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class AndroidStepsTests : IDisposable
{
    private const DevicePlatform Android = DevicePlatform.Android;
    private readonly StandInDevice _phone = new(StandIns.Android);

    public AndroidStepsTests()
    {
        _phone["ro.build.version.sdk"] = "34";
        _phone["global.airplane_mode_on"] = "0";
        _phone["global.wifi_on"] = "1";
        _phone["global.bluetooth_on"] = "1";
        _phone["global.zen_mode"] = "1";
        _phone["system.screen_brightness"] = "137";
        _phone["system.screen_brightness_mode"] = "1";
        _phone["dumpsys.power"] = "POWER MANAGER (dumpsys power)\n  mDirty=0x0\n  mWakefulness=Awake\n  mWakefulnessChanging=false";
    }

    [Theory]
    [InlineData("airplane-mode", "on", "global.airplane_mode_on", "1", "off")]
    [InlineData("wifi", "off", "global.wifi_on", "0", "on")]
    [InlineData("bluetooth", "off", "global.bluetooth_on", "0", "on")]
    [InlineData("do-not-disturb", "on", "global.zen_mode", "2", "priority")]
    [InlineData("brightness", "0", "system.screen_brightness_mode", "0", "1 137")]
    [InlineData("screen-timeout", "10 min", "system.screen_off_timeout", "600000", "null")]
    public async Task A_wish_is_set_read_back_and_restored(string name, string value, string state, string then, string old)
    {
        var outcome = await _phone.SetAndRestoreAsync(_phone.Access(Android), name, value, () => _phone[state].ShouldBe(then));

        outcome.Old.ShouldBe(old);
    }

    [Fact]
    public async Task The_screen_sleeps_and_wakes_again() =>
        await _phone.SetAndRestoreAsync(_phone.Access(Android), "screen", "off", () => _phone["dumpsys.power"].ShouldContain("Asleep"));

    [Fact]
    public async Task Brightness_that_was_automatic_is_restored_whatever_level_it_found_meanwhile()
    {
        var access = _phone.Access(Android);
        var outcome = await access.ApplyAsync("brightness", "0");
        (_phone["system.screen_brightness_mode"], _phone["system.screen_brightness"]) = ("1", "88");

        (await access.Preparer(new()).RestoreAsync([outcome.Prior!]))[0].Grade.ShouldBe(StepGrade.Already);
    }

    [Fact]
    public async Task What_is_as_wished_is_not_touched()
    {
        var outcome = await _phone.Access(Android).ApplyAsync("airplane-mode", "off");

        (outcome.Grade, outcome.Prior).ShouldBe((StepGrade.Already, null));
    }

    [Theory]
    [InlineData("wifi", "off", "has 'on'")]
    [InlineData("brightness", "3", "has '1 137'")]
    public async Task A_device_that_says_yes_and_does_nothing_has_failed(string name, string value, string reason)
    {
        _phone["lies"] = "yes";

        var outcome = await _phone.Access(Android).ApplyAsync(name, value);

        outcome.Grade.ShouldBe(StepGrade.Failed);
        outcome.Reason.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public async Task A_device_that_lacks_the_program_cannot_do_it()
    {
        _phone.Remove("settings");
        _phone.Remove("dumpsys");

        foreach (var (name, value, program) in new[] { ("brightness", "0", "settings"), ("screen", "off", "dumpsys") })
        {
            var outcome = await _phone.Access(Android).ApplyAsync(name, value);
            (outcome.Grade, outcome.Reason).ShouldBe((StepGrade.NotPossible, $"the device has no '{program}'"));
        }
    }

    [Fact]
    public async Task What_the_vendor_forbids_the_shell_is_not_possible()
    {
        _phone["forbids"] = "yes";

        var outcome = await _phone.Access(Android).ApplyAsync("screen-timeout", "10 min");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain("WRITE_SECURE_SETTINGS");
    }

    [Fact]
    public async Task An_Android_that_cannot_silence_itself_is_not_made_to_look_silent()
    {
        _phone.Remove("cmd");

        var outcome = await _phone.Access(Android).ApplyAsync("do-not-disturb", "on");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        _phone["global.zen_mode"].ShouldBe("1");
    }

    [Fact]
    public async Task Before_Android_11_airplane_mode_is_a_setting_and_a_broadcast()
    {
        _phone["ro.build.version.sdk"] = "28";

        (await _phone.Access(Android).ApplyAsync("airplane-mode", "on")).Grade.ShouldBe(StepGrade.Verified);

        (_phone["global.airplane_mode_on"], _phone["broadcast"]).ShouldBe(("1", "true"));
    }

    [Fact]
    public async Task Before_Android_11_airplane_mode_without_root_leaves_the_phone_as_it_was()
    {
        (_phone["ro.build.version.sdk"], _phone["uid"]) = ("28", "2000");

        var outcome = await _phone.Access(Android).ApplyAsync("airplane-mode", "on");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain("there is no su");
        _phone["global.airplane_mode_on"].ShouldBe("0");
    }

    [Theory]
    [InlineData("airplane-mode", "on", LinkWay.WiFi)]
    [InlineData("wifi", "off", LinkWay.WiFi)]
    [InlineData("wifi", "off", LinkWay.Network)]
    public async Task A_link_does_not_cut_itself(string name, string value, LinkWay way)
    {
        var before = _phone.Everything;

        var outcome = await _phone.Access(Android, way).ApplyAsync(name, value);

        (outcome.Grade, outcome.Prior).ShouldBe((StepGrade.NotPossible, null));
        outcome.Reason.ShouldNotBeNull().ShouldContain("by USB");
        _phone.Everything.ShouldBe(before);
    }

    [Fact]
    public async Task A_restoration_does_not_cut_its_own_link_either()
    {
        _phone["global.wifi_on"] = "0";
        var outcome = await _phone.Access(Android).ApplyAsync("wifi", "on");

        var restored = await _phone.Access(Android, LinkWay.WiFi).Preparer(new()).RestoreAsync([outcome.Prior!]);

        restored[0].Grade.ShouldBe(StepGrade.NotPossible);
        _phone["global.wifi_on"].ShouldBe("1");
    }

    [Fact]
    public async Task Apps_are_stopped_and_stay_stopped()
    {
        _phone["running.com.example.video"] = "yes";
        var access = _phone.Access(Android);

        var outcome = await access.ApplyAsync("stop-apps", "com.example.video, com.example.mail");

        (outcome.Grade, outcome.Old, outcome.Now).ShouldBe((StepGrade.Verified, "com.example.video", "none"));
        var restored = (await access.Preparer(new()).RestoreAsync([outcome.Prior!]))[0];
        (restored.Grade, restored.IsDone).ShouldBe((StepGrade.Already, true));
        restored.Reason.ShouldNotBeNull().ShouldContain("stay so");
    }

    [Fact]
    public async Task What_cannot_be_read_back_is_not_called_verified()
    {
        var outcome = await _phone.Access(Android).ApplyAsync("background-apps", "stopped");

        (outcome.Grade, outcome.Prior).ShouldBe((StepGrade.Unverified, null));
        _phone["killed"].ShouldBe("killed");
    }

    [Fact]
    public async Task What_only_a_Jetson_has_is_not_possible_on_a_phone() =>
        (await _phone.Access(Android).ApplyAsync("power-mode", "MAXN")).Reason.ShouldBe("there is no power-mode on this kind of device");

    public void Dispose() => _phone.Dispose();
}
