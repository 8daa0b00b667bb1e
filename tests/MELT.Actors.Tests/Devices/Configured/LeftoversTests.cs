using MELT.Actors.Devices.Configured;
using MELT.Devices;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Actors.Tests.Devices.Configured;

public sealed class LeftoversTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LocalLink _link = new(HostClock.Start(TimeProvider.System));

    [Fact]
    public async Task An_engine_that_outlived_its_link_is_ended_and_another_devices_is_not()
    {
        var (mine, other) = (new DeviceId($"phone-{Guid.NewGuid():N}"), new DeviceId($"phone-{Guid.NewGuid():N}"));
        await using var left = await StartAsync(mine);
        await using var longer = await StartAsync(new DeviceId(mine + "0"));
        await using var theirs = await StartAsync(other);

        (await Leftovers.EndAsync(_link, mine, default)).ShouldBe(1);

        (await left.Exit.WaitAsync(Patience)).Signal.ShouldBe("SIGKILL");
        (longer.Exit.IsCompleted, theirs.Exit.IsCompleted).ShouldBe((false, false), "only the device's own");
        (await Leftovers.EndAsync(_link, mine, default)).ShouldBe(0);
    }

    private Task<ILinkProcess> StartAsync(DeviceId device) =>
        _link.StartAsync(new("sleep", ["300"]) { Environment = Leftovers.Marked(device, new Dictionary<string, string>()) }, default);
}
