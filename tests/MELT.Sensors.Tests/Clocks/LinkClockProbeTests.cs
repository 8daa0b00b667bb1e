using MELT.Devices.Links;
using MELT.Devices.Links.Adb;
using MELT.Devices.Links.Ssh;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Tests.Mqtt;

namespace MELT.Sensors.Tests.Clocks;

/// <summary>The real-time clock of this machine, asked over a link.</summary>
public abstract class LinkClockProbeContract : ClockProbeContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private ILink _link = null!;
    private LinkClockProbe _probe = null!;

    protected override string Domain => $"device-{File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8]}-realtime";
    protected override long? Offset => null;
    protected override IClockProbe Probe => _probe;
    protected virtual string Shell => "sh";

    protected abstract Task<ILink> OpenAsync();
    protected virtual ValueTask EndPeerAsync() => default;

    public override async Task InitializeAsync()
    {
        _link = await OpenAsync();
        _probe = await LinkClockProbe.StartAsync(_link, Clock, TimeProvider.System, Patience, Waiting.Soon, Shell);
    }

    public override async Task DisposeAsync()
    {
        if (_probe is not null) await _probe.DisposeAsync();
        if (_link is not null) await _link.DisposeAsync();
        await EndPeerAsync();
    }

    [SkippableFact]
    public async Task It_says_the_time_of_day()
    {
        var (_, exchange) = (await Probe.AskAsync(Waiting.Soon)).ShouldNotBeNull();
        Math.Abs(exchange.Remote.Nanoseconds - exchange.Received.Nanoseconds).ShouldBeLessThan(2_000_000_000);
        exchange.Remote.Nanoseconds.ShouldNotBe(exchange.Sent.Nanoseconds);
    }

    [SkippableFact]
    public async Task When_the_link_is_gone_probes_are_lost_at_once()
    {
        await _link.DisposeAsync();
        await _probe.DisposeAsync();
        (await Probe.AskAsync(Waiting.Soon)).ShouldBeNull();
    }
}

public sealed class LocalClockProbeTests : LinkClockProbeContract
{
    protected override Task<ILink> OpenAsync() => Task.FromResult<ILink>(new LocalLink(Clock));

    [Theory]
    [InlineData("1700000000N")]
    [InlineData("1700000000%N")]
    [InlineData("1700000000")]
    [InlineData("1700000000000000000")]
    [InlineData("")]
    public async Task A_date_without_nanoseconds_is_refused(string says)
    {
        var folder = Directory.CreateTempSubdirectory("melt-date-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "sh"), $"#!/bin/sh\ndate() {{ echo '{says}'; }}\neval \"$2\"\n");
            await using var link = new LocalLink(Clock);
            (await link.RunAsync(new("chmod", ["+x", Path.Combine(folder.FullName, "sh")]), Waiting.Soon)).Succeeded.ShouldBeTrue();
            (await Should.ThrowAsync<LinkException>(LinkClockProbe.StartAsync(link, Clock, TimeProvider.System, TimeSpan.FromSeconds(20), Waiting.Soon, Path.Combine(folder.FullName, "sh"))))
                .Message.ShouldContain($"says '{says}'");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>A shell that knows the time by itself, like Android's.</summary>
public sealed class BashClockProbeTests : LinkClockProbeContract
{
    protected override string Shell => "bash";

    protected override Task<ILink> OpenAsync()
    {
        Skip.If(LocalLink.Find("bash") is null, "bash is not installed (apt-get install bash)");
        return Task.FromResult<ILink>(new LocalLink(Clock));
    }
}

public sealed class SshClockProbeTests : LinkClockProbeContract
{
    private Sshd? _peer;

    protected override async Task<ILink> OpenAsync() => await SshLink.OpenAsync((_peer = await Sshd.StartAsync()).Target, Clock, null, Waiting.Soon);
    protected override ValueTask EndPeerAsync() => _peer?.DisposeAsync() ?? default;
}

public sealed class AdbClockProbeTests : LinkClockProbeContract
{
    private Adbd? _peer;

    protected override async Task<ILink> OpenAsync() => await AdbLink.OpenAsync((_peer = await Adbd.StartAsync()).Target, Clock, null, Waiting.Soon);
    protected override ValueTask EndPeerAsync() => _peer?.DisposeAsync() ?? default;
}
