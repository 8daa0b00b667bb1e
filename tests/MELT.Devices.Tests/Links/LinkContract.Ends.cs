using System.Globalization;

namespace MELT.Devices.Tests.Links;

public abstract partial class LinkContract
{
    private const string Family = "sleep 1000 & echo $!; (trap '' TERM; sleep 1000; :) & echo $!; sleep 1000";

    [SkippableFact]
    public async Task Killing_a_program_leaves_nothing_of_it_behind()
    {
        await using var program = await Link.StartAsync(Shell(Family), Soon);
        string[] family = [await LineAsync(program.Output), await LineAsync(program.Output), program.Id!.Value.ToString(CultureInfo.InvariantCulture)];

        program.Kill();

        (await program.Exit.WaitAsync(Soon)).Signal.ShouldBe("SIGKILL");
        (await StillRunningAsync(family)).ShouldBe("");
    }

    [SkippableFact]
    public async Task Disposing_a_program_ends_it_there()
    {
        string[] family;
        await using (var program = await Link.StartAsync(Shell(Family), Soon)) { family = [await LineAsync(program.Output), await LineAsync(program.Output), program.Id!.Value.ToString(CultureInfo.InvariantCulture)]; }

        (await StillRunningAsync(family)).ShouldBe("");
    }

    [SkippableFact]
    public async Task A_program_that_is_asked_may_end_in_its_own_way()
    {
        await using var program = await Link.StartAsync(Shell("trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done"), Soon);
        await LineAsync(program.Output);

        program.AskToEnd();

        (await program.Exit.WaitAsync(Soon)).Code.ShouldBe(5);
    }

    [SkippableFact]
    public async Task What_nobody_reads_does_not_delay_the_end()
    {
        var program = await Link.StartAsync(Shell("yes"), Soon);

        await program.DisposeAsync().AsTask().WaitAsync(Soon);

        (await program.Exit).Signal.ShouldBe("SIGKILL");
    }

    [SkippableFact]
    public async Task Starting_can_be_given_up() =>
        await Should.ThrowAsync<OperationCanceledException>(Link.StartAsync(Shell("exit 0"), new CancellationToken(canceled: true)));

    [SkippableFact]
    public async Task A_link_that_is_closed_says_so()
    {
        Link.Lost.IsCompleted.ShouldBeFalse();

        await Link.DisposeAsync();
        await Link.DisposeAsync();

        (await Link.Lost).ShouldBe("closed");
    }
}
