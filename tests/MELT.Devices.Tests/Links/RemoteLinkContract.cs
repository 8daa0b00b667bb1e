using MELT.Devices.Inference;
using MELT.Devices.Links;
using MELT.Devices.Tests.Inference;

namespace MELT.Devices.Tests.Links;

/// <summary>What else is promised of a link whose other end can go away.</summary>
public abstract class RemoteLinkContract : LinkContract
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(5);

    /// <summary>The device loses its power, and gets it back.</summary>
    protected abstract Task KillPeerAsync();
    protected abstract Task StartPeerAgainAsync();

    [SkippableFact]
    public async Task A_device_that_goes_away_is_noticed_and_found_again()
    {
        await using var running = await Link.StartAsync(Shell("echo up; exec sleep 1000"), Soon);
        await LineAsync(running.Output);
        await using var agent = await StartAgentAsync();

        await KillPeerAsync();

        var reason = await Link.Lost.WaitAsync(Seconds);
        reason.ShouldNotBeEmpty();
        var exit = await running.Exit.WaitAsync(Seconds);
        (exit.Code, exit.Signal).ShouldBe((null, null));
        exit.Remark.ShouldNotBeNull();
        var told = (await agent.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>();
        (told.ExitCode, told.Signal).ShouldBe((null, null));
        foreach (var call in new Func<Task>[]
        {
            () => Link.StartAsync(Shell("exit"), Soon),
            () => Link.PushAsync(Here([1]), There(), null, Soon),
            () => Link.PullAsync(There(), Path.Combine(Folder, "x"), null, Soon),
            () => Link.ForwardAsync(80, Soon),
        })
        {
            (await Should.ThrowAsync<LinkException>(call().WaitAsync(Seconds))).Message.ShouldContain(reason);
        }
        await Link.DisposeAsync().AsTask().WaitAsync(Seconds);

        await StartPeerAgainAsync();
        await using var again = await LinkOpening.OpenAsync(OpenAsync, TimeSpan.FromSeconds(20), TimeProvider.System, Soon);
        (await again.RunAsync(Shell("echo back"), Soon)).Output.ShouldBe("back\n");
    }

    [SkippableFact]
    public async Task A_forward_that_is_given_back_leads_nowhere()
    {
        using var server = ListenThere();
        var forward = await Link.ForwardAsync(PortOf(server), Soon);

        await forward.DisposeAsync();

        using var client = new System.Net.Sockets.TcpClient();
        await Should.ThrowAsync<System.Net.Sockets.SocketException>(client.ConnectAsync(System.Net.IPAddress.Loopback, forward.LocalPort));
    }

    [SkippableFact]
    public async Task Closing_the_link_ends_its_programs_there()
    {
        await using var other = await OpenAsync(Soon);
        var program = await other.StartAsync(Shell("echo $$; while :; do sleep 1; done"), Soon);
        var id = await LineAsync(program.Output);

        await other.DisposeAsync();

        (await program.Exit.WaitAsync(Seconds)).ShouldNotBeNull();
        (await StillRunningAsync(id)).ShouldBe("");
    }

    [SkippableFact]
    public async Task A_name_no_environment_can_have_is_refused() =>
        (await Should.ThrowAsync<LinkException>(Link.StartAsync(Shell("exit") with { Environment = new Dictionary<string, string> { ["A;id"] = "" } }, Soon))).Message.ShouldContain("A;id");
}
