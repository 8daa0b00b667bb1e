using MELT.Devices.Links;

namespace MELT.Devices.Tests.Links;

public abstract partial class LinkContract
{
    private static readonly string[] Awkward = ["", " ", "a b", "'", "\"", "''\\''", "$HOME", "`id`", "$(id)", "a\nb\n", "\t", "*", "?", "~", "!", "#", "\\", "\\n", "-n", "--", "ä€😀", "a;b&c|d>e<f(g)h{i}", "%s%%", "\u0001\u007f"];

    [SkippableFact]
    public async Task Output_and_error_come_apart_and_while_the_program_runs()
    {
        await using var program = await Link.StartAsync(Shell("echo one; read go; echo two >&2; read go; exit 3"), Soon);

        (await LineAsync(program.Output)).ShouldBe("one");
        program.Exit.IsCompleted.ShouldBeFalse();
        await SayAsync(program, "go\n");
        (await LineAsync(program.Error)).ShouldBe("two");
        program.Exit.IsCompleted.ShouldBeFalse();
        await SayAsync(program, "go\n");
        var exit = await program.Exit.WaitAsync(Soon);

        (exit.Code, exit.Signal).ShouldBe((3, null));
        exit.At.ShouldBeLessThanOrEqualTo(Clock.Now);
        (await BytesAsync(program.Output)).ShouldBeEmpty();
        (await BytesAsync(program.Error)).ShouldBeEmpty();
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(254)]
    [InlineData(255)]
    public async Task An_exit_code_is_told(int code) => (await RunAsync($"exit {code}")).Exit.Code.ShouldBe(code);

    [SkippableTheory]
    [InlineData("KILL", "SIGKILL")]
    [InlineData("SEGV", "SIGSEGV")]
    [InlineData("ABRT", "SIGABRT")]
    public async Task A_death_by_a_signal_is_told_and_nothing_is_said_about_it(string signal, string name)
    {
        var output = await RunAsync($"kill -{signal} $$");

        (output.Exit.Signal, output.Output, output.Error).ShouldBe((name, "", ""));
    }

    [SkippableFact]
    public async Task What_goes_in_comes_out_byte_for_byte_until_its_end()
    {
        byte[] sent = [.. Enumerable.Range(0, 256).Select(i => (byte)i), .. RandomBytes(300_000)];
        await using var program = await Link.StartAsync(new("cat", []), Soon);

        var received = BytesAsync(program.Output);
        await program.Input.WriteAsync(sent, Soon);
        program.Input.Close();

        (await received).AsSpan().SequenceEqual(sent).ShouldBeTrue();
        (await program.Exit.WaitAsync(Soon)).Code.ShouldBe(0);
    }

    [SkippableFact]
    public async Task Arguments_arrive_as_they_are()
    {
        var output = await RunAsync("""printf '%s\0' "$@" """, Awkward);

        output.Output.Split('\0')[..^1].ShouldBe(Awkward);
    }

    [SkippableFact]
    public async Task The_environment_is_added_to()
    {
        var command = Shell("""printf '%s\0' "$MELT_A" "$MELT_B" "${PATH:+a path}" """) with { Environment = new Dictionary<string, string> { ["MELT_A"] = string.Concat(Awkward), ["MELT_B"] = "" } };

        (await Link.RunAsync(command, Soon)).Output.ShouldBe($"{string.Concat(Awkward)}\0\0a path\0");
    }

    [SkippableFact]
    public async Task Millions_of_bytes_on_both_streams_are_no_dead_lock()
    {
        await using var program = await Link.StartAsync(Shell("head -c 5000000 /dev/zero & head -c 5000000 /dev/zero >&2; wait"), Soon);

        var lengths = await Task.WhenAll(BytesAsync(program.Output), BytesAsync(program.Error));

        lengths.Select(b => b.Length).ShouldBe([5_000_000, 5_000_000]);
        (await program.Exit.WaitAsync(Soon)).Code.ShouldBe(0);
    }

    [SkippableFact]
    public async Task Programs_run_beside_one_another()
    {
        await using var first = await Link.StartAsync(Shell("read go; echo first"), Soon);
        await using var second = await Link.StartAsync(Shell("read go; echo second"), Soon);

        await SayAsync(second, "go\n");
        (await LineAsync(second.Output)).ShouldBe("second");
        first.Exit.IsCompleted.ShouldBeFalse();
        await SayAsync(first, "go\n");
        (await LineAsync(first.Output)).ShouldBe("first");
    }

    [SkippableFact]
    public async Task Its_number_is_the_programs_own()
    {
        await using var program = await Link.StartAsync(Shell("echo $$; read end"), Soon);

        (await LineAsync(program.Output)).ShouldBe(program.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [SkippableTheory]
    [InlineData("no-such-program-anywhere")]
    [InlineData("/no/such/program")]
    [InlineData("/etc/passwd")]
    [InlineData("/etc")]
    public async Task What_cannot_be_started_is_named(string executable) =>
        (await Should.ThrowAsync<LinkException>(Link.StartAsync(new(executable, []), Soon))).Message.ShouldContain(executable);
}
