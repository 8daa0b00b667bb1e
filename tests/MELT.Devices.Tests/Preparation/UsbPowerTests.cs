using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class UsbPowerTests : IDisposable
{
    private readonly StandInDevice _hub = new(StandIns.Hubs);

    public UsbPowerTests() => _hub["port.3"] = "on";

    [Theory]
    [InlineData("uhubctl 1-1 port 3")]
    [InlineData("ykush YK12345 port 3")]
    public async Task A_port_loses_its_power_and_gets_it_back(string value) =>
        await _hub.SetAndRestoreAsync(_hub.Access(DevicePlatform.Android, LinkWay.WiFi), "usb-power", value, () => _hub["port.3"].ShouldBe("off"));

    [Theory]
    [InlineData(LinkWay.Usb)]
    [InlineData(LinkWay.Network)]
    public async Task The_port_that_carries_the_link_keeps_its_power(LinkWay way)
    {
        var outcome = await _hub.Access(DevicePlatform.Android, way).ApplyAsync("usb-power", "uhubctl 1-1 port 3");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain("would cut the link");
        _hub["port.3"].ShouldBe("on");
    }

    [Fact]
    public async Task Power_is_given_back_whatever_link_is_in_use()
    {
        var outcome = await _hub.Access(DevicePlatform.Android, LinkWay.WiFi).ApplyAsync("usb-power", "uhubctl 1-1 port 3");

        var restored = await _hub.Access(DevicePlatform.Android).Preparer(new()).RestoreAsync([outcome.Prior!]);

        restored[0].Grade.ShouldBe(StepGrade.Verified);
        _hub["port.3"].ShouldBe("on");
    }

    [Fact]
    public async Task A_hub_that_only_says_that_it_switches_has_failed()
    {
        _hub["lies"] = "yes";

        (await _hub.Access(DevicePlatform.Linux, LinkWay.Ethernet).ApplyAsync("usb-power", "uhubctl 1-1 port 3")).Grade.ShouldBe(StepGrade.Failed);
    }

    [Theory]
    [InlineData("0080 off", StepGrade.Verified)]
    [InlineData("02a0 power 5gbps Rx.Detect", StepGrade.Failed)]
    public async Task A_port_has_no_power_when_neither_half_of_a_USB_3_hub_gives_it(string half, StepGrade grade)
    {
        _hub["usb3"] = half;

        (await _hub.Access(DevicePlatform.Linux, LinkWay.Ethernet).ApplyAsync("usb-power", "uhubctl 1-1 port 3")).Grade.ShouldBe(grade);
    }

    [Fact]
    public void Power_can_be_given_back_before_the_device_is_reached() =>
        PreparationWishes.Names.Where(PreparationSteps.NeedsOnlyTheHost).ShouldBe(["usb-power"]);

    [Fact]
    public async Task A_hub_that_is_not_there_and_a_program_that_is_not_installed_are_not_possible()
    {
        _hub.Remove("ykushcmd");
        var access = _hub.Access(DevicePlatform.Linux, LinkWay.Ethernet);

        var away = await access.ApplyAsync("usb-power", "uhubctl 2-4 port 1");
        var missing = await access.ApplyAsync("usb-power", "ykush YK1 port 1");
        var nobody = await (access with { Host = null }).ApplyAsync("usb-power", "ykush YK1 port 1");

        new[] { away, missing, nobody }.ShouldAllBe(outcome => outcome.Grade == StepGrade.NotPossible);
        away.Reason.ShouldNotBeNull().ShouldContain("No compatible devices detected");
        missing.Reason.ShouldNotBeNull().ShouldContain("this host has no 'ykushcmd'");
        nobody.Reason.ShouldNotBeNull().ShouldContain("no host");
    }

    public void Dispose() => _hub.Dispose();
}
