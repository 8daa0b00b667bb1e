using System.Net.Sockets;
using MELT.Devices.Links;
using MELT.Devices.Links.Ssh;

namespace MELT.Devices.Tests.Links;

public sealed class SshLinkTests(SshLinkTests.Device device) : RemoteLinkContract, IClassFixture<SshLinkTests.Device>
{
    protected override string DeviceFolder => device.Peer.Folder;
    protected override Task<ILink> StandingAsync() => device.LinkAsync(OpenAsync, Soon);
    protected override async Task<ILink> OpenAsync(CancellationToken stop) => await OpenAsync(device.Peer.Target, stop);
    protected override Socket ListenThere() => ListenHere();
    protected override Task KillPeerAsync() => device.Peer.KillAsync();
    protected override Task StartPeerAgainAsync() => device.Peer.StartAgainAsync();

    [SkippableFact]
    public async Task More_programs_than_one_connection_carries_run_all_the_same()
    {
        var programs = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Link.StartAsync(new("cat", []), Soon)));

        foreach (var program in programs)
        {
            await SayAsync(program, "a\n");
            (await LineAsync(program.Output)).ShouldBe("a");
            program.Input.Close();
            (await program.Exit.WaitAsync(Soon)).Code.ShouldBe(0);
        }
    }

    [SkippableFact]
    public async Task A_key_that_is_not_let_in_is_told() => await RefusedAsync(device.Peer.Target with { IdentityFile = device.Peer.In("stranger") }, "does not accept the key", "ssh-copy-id");

    [SkippableFact]
    public async Task A_host_whose_key_is_not_known_is_refused()
    {
        var known = Here([]);
        await RefusedAsync(device.Peer.Target with { KnownHostsFile = known }, "is not known", known);
        (await File.ReadAllTextAsync(known)).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_host_with_another_key_is_refused() =>
        await RefusedAsync(device.Peer.Target with { KnownHostsFile = Here(System.Text.Encoding.UTF8.GetBytes(device.Peer.KnownAs("stranger"))) }, "not the one known", "ssh-keygen -R");

    [SkippableFact]
    public async Task Options_cannot_make_unknown_keys_known() =>
        await RefusedAsync(device.Peer.Target with { KnownHostsFile = Here([]), Options = ["StrictHostKeyChecking=no"] }, "is not known");

    [SkippableFact]
    public async Task A_port_where_nothing_listens_is_told() => await RefusedAsync(device.Peer.Target with { Port = Mosquitto.FreePort() }, "nothing listens there");

    [SkippableFact]
    public async Task A_host_that_does_not_exist_is_told() => await RefusedAsync(device.Peer.Target with { Host = "no-such-host.invalid" }, "no host of that name");

    [SkippableFact]
    public async Task A_missing_program_is_told() => await RefusedAsync(device.Peer.Target with { Program = "no-such-ssh" }, "'no-such-ssh' is missing", "openssh-client");

    private static async Task<SshLink> OpenAsync(SshTarget target, CancellationToken stop) => await SshLink.OpenAsync(target, Clock, null, stop);

    private static async Task RefusedAsync(SshTarget target, params string[] words)
    {
        var refused = await Should.ThrowAsync<LinkException>(OpenAsync(target, Soon));
        foreach (var word in words) { refused.Message.ShouldContain(word); }
    }

    /// <summary>One for all tests of the class.</summary>
    public sealed class Device : LinkDevice
    {
        internal Sshd Peer { get; private set; } = null!;

        protected override async Task StartAsync() => Peer ??= await Sshd.StartAsync();

        protected override async Task EndAsync()
        {
            if (Peer is not null) { await Peer.DisposeAsync(); }
        }
    }
}
