using System.Diagnostics;
using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What goes wrong while a session runs is recorded with what was observed until then.</summary>
[Collection(EndToEndTests.Name)]
public sealed class FailureTests(Workshop workshop)
{
    private const string Model = "synthetic:tiny:q4_0";
    private static readonly string[] Short = ["--baseline", "0.1", "--cool-down", "0.1"];

    [Fact]
    public async Task A_truncated_model_fails_its_session_with_the_reason()
    {
        var place = workshop.NewPlace();
        (await Melt.RunAsync(place, "model", "make", Model)).ShouldBeDone();
        var whole = Directory.GetFiles(workshop.Models, "*tiny-q4_0*.gguf").Single();
        File.WriteAllBytes(Path.Combine(place.Folder, "cut.gguf"), File.ReadAllBytes(whole)[..1_000_000]);

        var said = await Melt.RunAsync(place, ["run", "-m", "cut.gguf", "-t", "1", "-p", "4", "-n", "2", .. Short, "--json"]);

        ShouldTell(said, "failed", "load-failed", "cut.gguf");
    }

    [Fact]
    public async Task An_engine_that_is_killed_leaves_a_partial_session_that_says_so()
    {
        var place = workshop.NewPlace();
        await using var melt = Melt.Start(place, ["run", "-m", Model, "-t", "1", "-p", "4", "-n", "2000", .. Short, "--json"]);
        await melt.SaysAsync("running");
        var engine = await ChildAsync(melt.Id);
        Process.GetProcessById(engine).Kill();

        var said = await melt.EndAsync();

        ShouldTell(said, "partial", "engine-exited", "SIGKILL");
        (await Melt.RunAsync(place, "show", "last")).ShouldBeDone().Output.ShouldContain("SIGKILL");
    }

    [Fact]
    public async Task A_command_that_ends_badly_is_told_with_its_exit_code()
    {
        var said = await Melt.RunAsync(workshop.NewPlace(), ["run", .. Short, "--json", "--", "sh", "-c", "exit 7"]);

        said.Json.At("sessions")[0].At("warnings").EnumerateArray().Select(w => w.Text("text")).ShouldContain(text => text.Contains("exit code 7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_told()
    {
        var said = await Melt.RunAsync(workshop.NewPlace(), ["run", .. Short, "--json", "--", "no-such-program"]);

        ShouldTell(said, "failed", "engine-not-started", "no-such-program");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_run_that_is_stopped_seals_what_there_is(string signal)
    {
        var place = workshop.NewPlace();
        await using var melt = Melt.Start(place, ["run", .. Short, "--", "sh", "-c", "echo started; exec sleep 600"]);
        await melt.SaysAsync("started");
        await melt.SignalAsync(signal);

        (await melt.EndAsync()).ExitCode.ShouldBe(1);

        var session = (await Melt.RunAsync(place, "show", "last", "--json")).ShouldBeDone().Json.At("sessions")[0];
        session.Text("status").ShouldBe("partial");
        session.Text("reason").ShouldContain("cancelled");
        session.Number("readings", "stored").ShouldBeGreaterThan(0);
        (await Melt.RunAsync(place, "replay", "last", "--json")).ShouldBeDone();
    }

    [Fact]
    public async Task A_run_is_refused_where_it_would_fill_the_disk()
    {
        var place = workshop.NewPlace();
        place.Settings["MELT_DISK_RESERVE"] = "100000 GiB";

        (await Melt.RunAsync(place, ["run", .. Short, "--", "true"])).ShouldFail(1, "free", "melt.disk-reserve");

        await place.ShouldHoldNoExperimentAsync();
    }

    [SkippableFact]
    public async Task A_disk_that_fills_up_ends_the_run_and_the_next_one_seals_it()
    {
        var folder = workshop.NewPlace().Folder;
        var mounted = await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder);
        Skip.If(mounted.ExitCode != 0, $"a small file system cannot be mounted here: {mounted.Text.Trim()}");
        try
        {
            var place = new Place(folder, workshop.Models);
            place.Settings["MELT_DISK_RESERVE"] = "0";
            await using (var melt = Melt.Start(place, ["run", "--device", "simulated:phone-monsoon:1", "--baseline", "30"]))
            {
                await melt.SaysAsync("baseline");
                Fill(Path.Combine(folder, "rest"));
                (await melt.EndAsync()).ShouldFail(1, "full", place.Journal, "seals");
            }

            File.Delete(Path.Combine(folder, "rest"));
            (await Melt.RunAsync(place, ["run", .. Short, "--json", "--", "true"])).ShouldBeDone().Error.ShouldContain("interrupted");
        }
        finally
        {
            await Tool.RunAsync("umount", folder);
        }
    }

    /// <summary>The document says how the session ended and why, and so does the exit code.</summary>
    private static void ShouldTell(Said said, string status, params string[] words)
    {
        said.ExitCode.ShouldBe(1, said.ToString());
        var session = said.Json.At("sessions")[0];
        session.Text("status").ShouldBe(status);
        foreach (var word in words) session.Text("reason").ShouldContain(word);
        said.Error.ShouldNotContain("   at ");
    }

    /// <summary>The engine process of a run: the child of the program that runs it.</summary>
    private static async Task<int> ChildAsync(int parent)
    {
        var children = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{parent}/task/{parent}/children"));
        if (children.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var only]) return int.Parse(only, CultureInfo.InvariantCulture);
        var all = await Tool.RunAsync("ps", "-o", "pid=,args=", "--ppid", parent.ToString(CultureInfo.InvariantCulture));
        var agent = all.Text.Split('\n').Single(line => line.Contains(" agent ", StringComparison.Ordinal));
        return int.Parse(agent.Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        var page = new byte[4096];
        try
        {
            while (true) file.Write(page);
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
