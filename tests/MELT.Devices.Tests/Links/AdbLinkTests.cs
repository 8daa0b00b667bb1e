using System.Net.Sockets;
using MELT.Devices.Links;
using MELT.Devices.Links.Adb;

namespace MELT.Devices.Tests.Links;

public sealed class AdbLinkTests(AdbLinkTests.Device device) : RemoteLinkContract, IClassFixture<AdbLinkTests.Device>
{
    protected override string DeviceFolder => device.Peer.Folder;
    protected override Task<ILink> StandingAsync() => device.LinkAsync(OpenAsync, Soon);
    protected override async Task<ILink> OpenAsync(CancellationToken stop) => await AdbLink.OpenAsync(device.Peer.Target, Clock, null, stop);
    protected override Socket ListenThere() => device.Peer.Listen();
    protected override Task KillPeerAsync() => device.Peer.KillAsync();
    protected override Task StartPeerAgainAsync() => device.Peer.StartAgainAsync();

    private string Serial => device.Peer.Target.Address!;

    [SkippableFact]
    public async Task A_device_is_listed_with_its_state() =>
        (await AdbDevices.ListAsync(device.Peer.AdbServer, Soon)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            d => d.Serial.ShouldBe(Serial), d => d.State.ShouldBe("device"), d => d.TransportId.ShouldNotBeNull());

    [SkippableFact]
    public async Task The_only_device_needs_no_name()
    {
        await using var link = await AdbLink.OpenAsync(new() { Server = device.Peer.AdbServer }, Clock, null, Soon);

        link.Name.ShouldBe($"adb {Serial}");
    }

    [SkippableFact]
    public async Task Changes_are_told_while_one_watches()
    {
        await using var lists = AdbDevices.TrackAsync(device.Peer.AdbServer, Soon).GetAsyncEnumerator();
        async Task UntilAsync(bool ready)
        {
            while (await lists.MoveNextAsync())
            {
                if (lists.Current.Any(d => d.IsReady) == ready) { return; }
            }
            throw new EndOfStreamException();
        }

        await UntilAsync(ready: true);
        await device.Peer.KillAsync();
        await UntilAsync(ready: false);
        await device.Peer.StartAgainAsync();
        await using var again = await OpenAsync(Soon);
        await UntilAsync(ready: true);
    }

    [SkippableFact]
    public async Task A_server_that_ends_loses_the_link_and_is_started_again()
    {
        (await new LocalLink(Clock).RunAsync(new(device.Peer.AdbServer.Program, ["-P", $"{device.Peer.AdbServer.Port}", "kill-server"]), Soon)).Exit.Code.ShouldBe(0);

        (await Link.Lost.WaitAsync(Soon)).ShouldContain("adb server");
        await using var again = await OpenAsync(Soon);
        (await again.RunAsync(Shell("echo back"), Soon)).Output.ShouldBe("back\n");
    }

    [SkippableFact]
    public async Task A_device_that_is_not_there_is_told_with_those_that_are() => await RefusedAsync(new("0123456789") { Server = device.Peer.AdbServer }, "adb 0123456789", "no such device", Serial);

    [SkippableFact]
    public async Task An_address_where_nothing_listens_is_told() => await RefusedAsync(new() { Address = $"127.0.0.1:{Mosquitto.FreePort()}", Server = device.Peer.AdbServer }, "wireless debugging");

    [SkippableFact]
    public async Task A_missing_program_is_told() => await RefusedAsync(new("x") { Server = new() { Program = "no-such-adb", Port = Mosquitto.FreePort() } }, "'no-such-adb' is missing", "apt-get install adb");

    private static async Task RefusedAsync(AdbTarget target, params string[] words)
    {
        var refused = await Should.ThrowAsync<LinkException>(AdbLink.OpenAsync(target, Clock, null, Soon));
        foreach (var word in words) { refused.Message.ShouldContain(word); }
    }

    /// <summary>One for all tests of the class.</summary>
    public sealed class Device : LinkDevice
    {
        internal Adbd Peer { get; private set; } = null!;

        protected override async Task StartAsync() => Peer ??= await Adbd.StartAsync();

        protected override async Task EndAsync()
        {
            if (Peer is not null) { await Peer.DisposeAsync(); }
        }
    }
}
