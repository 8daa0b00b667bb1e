using MELT.Devices.Links;
using MELT.Devices.Links.Adb;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Links;

/// <summary>What is said of devices in states that no adbd of ours can be brought into.</summary>
public sealed class AdbOpeningTests
{
    [Theory]
    [InlineData("x\tunauthorized\n", "x", "confirm 'Allow USB debugging'")]
    [InlineData("x\tno permissions; see [http://developer.android.com/tools/device.html]\n", "x", "udev rules")]
    [InlineData("x\trecovery\n", "x", "start it normally")]
    [InlineData("x\tsomething-new\n", "x", "its state is 'something-new'")]
    [InlineData("x\tdevice\ny\tunauthorized\n", null, "more than one device; attached are x (device), y (unauthorized)")]
    [InlineData("", null, "there is no device")]
    [InlineData("", "x", "no such device; none is attached")]
    public async Task A_device_that_cannot_be_used_is_told_with_what_to_do(string devices, string? serial, string words)
    {
        await using var server = new FakeAdbServer(devices);
        (await RefusedAsync(new(serial) { Server = server.Server })).ShouldContain(words);
    }

    [Fact]
    public async Task A_device_too_old_to_tell_exit_codes_is_refused()
    {
        await using var server = new FakeAdbServer("x\tdevice\n", features: "cmd,stat_v2");
        (await RefusedAsync(new("x") { Server = server.Server })).ShouldContain("too old");
    }

    [Fact]
    public async Task A_server_still_letting_go_of_a_lost_connection_is_asked_again()
    {
        // Asked what it knows, then watched, twice: the device is gone when it is looked for first.
        await using var server = new FakeAdbServer(["", "", "", "x:1\tdevice\n"], features: "cmd");

        (await RefusedAsync(new() { Address = "x:1", Server = server.Server })).ShouldContain("too old");
    }

    private static async Task<string> RefusedAsync(AdbTarget target) =>
        (await Should.ThrowAsync<LinkException>(AdbLink.OpenAsync(target, HostClock.Start(TimeProvider.System), null, default))).Message;
}
