using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class AndroidRootTests
{
    private const string Switch = "/sys/class/power_supply/battery/input_suspend";

    private static StandInDevice Phone(IReadOnlyDictionary<string, string> su)
    {
        var phone = new StandInDevice(StandIns.Android, su).With(Switch, "0").With("/sys/class/power_supply/battery/status", "Not charging");
        phone["uid"] = "2000";
        return phone;
    }

    [Theory]
    [InlineData("magisk")]
    [InlineData("debug")]
    public async Task What_needs_root_is_done_by_either_kind_of_su(string way)
    {
        using var phone = Phone(way == "magisk" ? StandIns.MagiskSu : StandIns.DebugSu);
        var access = phone.Access(DevicePlatform.Android);

        var outcome = await access.ApplyAsync("charging", "off");

        (outcome.Grade, phone.Read(Switch)).ShouldBe((StepGrade.Verified, "1"), outcome.Reason);
        phone["su"].ShouldContain("tee");
        await access.Preparer(new()).RestoreAsync([outcome.Prior!]);
        phone.Read(Switch).ShouldBe("0");
    }

    [Fact]
    public async Task A_phone_whose_su_refuses_cannot_do_it()
    {
        using var phone = Phone(StandIns.RefusingSu);

        var outcome = await phone.Access(DevicePlatform.Android).ApplyAsync("charging", "off");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain("su refuses: root the phone");
        phone.Read(Switch).ShouldBe("0");
    }
}
