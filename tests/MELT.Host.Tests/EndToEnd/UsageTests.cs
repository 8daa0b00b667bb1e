namespace MELT.Host.Tests.EndToEnd;

/// <summary>Asked wrongly, or for what cannot be: one paragraph that says what and what to do, and nothing half-written.</summary>
[Collection(WordsTests.Name)]
public sealed class UsageTests(Workshop workshop)
{
    private static readonly string[] Phone = ["run", "--device", "simulated:phone-monsoon:1", "--baseline", "0.1", "--cool-down", "0.1"];

    [Theory]
    [InlineData("", "--help")]
    [InlineData("--nope", "--nope")]
    [InlineData("run", "-m MODEL")]
    [InlineData("run --nope", "--nope")]
    [InlineData("run -m a.gguf -- true", "exclude each other")]
    [InlineData("run --profile-operators -- true", "no operators")]
    [InlineData("run plan.yaml --profile-operators", "profile_operators: true")]
    [InlineData("list -- true", "melt run")]
    [InlineData("run -m a.gguf -n many", "many")]
    [InlineData("run nowhere.yaml", "nowhere.yaml", "no such file")]
    [InlineData("run --device simulated:phone-monsoon:1 --port 99999", "99999")]
    [InlineData("run --device a:b:c:d", "a:b:c:d")]
    [InlineData("schema nope", "nope")]
    [InlineData("import", "import --help")]
    [InlineData("import --as nope x", "nope")]
    [InlineData("list --journal mysql://lab/melt", "mysql://", "postgres://")]
    [InlineData("list --journal postgres://ann:secret@lab/melt?sslmod=x", "sslmod", "***")]
    [InlineData("export last --format melt", "-o")]
    [InlineData("export last", "folder")]
    [InlineData("export last tables --every 1", "--every", "perfetto")]
    [InlineData("export last --format sqlite --every 0", "--every", "above 0")]
    public async Task Wrong_usage_is_said_with_exit_code_2(string arguments, params string[] words)
    {
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ShouldFail(2, words);

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_id_is_wrong_usage()
    {
        var quickstart = await workshop.QuickstartAsync();

        (await Melt.RunAsync(quickstart.Place, "show", "nobody")).ShouldFail(2, "nobody", "melt list");
    }

    [Fact]
    public async Task A_malformed_plan_is_named_by_file_line_and_key()
    {
        var place = workshop.NewPlace();
        place.Write("plan.yaml", "name: x\nmodels: [synthetic:tiny:q4_0]\nrequests:\n  lengths:\n    - prompt_tokens: many\nrepetition: 2\n");

        (await Melt.RunAsync(place, "run", "plan.yaml")).ShouldFail(2, "plan.yaml:5:", "prompt_tokens", "plan.yaml:6:", "'repetitions'");

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_number_that_no_simulated_bench_has_is_named_by_file_and_line()
    {
        var place = workshop.NewPlace();
        place.Write("simulation.conf", "# mine\nsimulation.profiles.plug.idle-watts = -3\n");

        (await Melt.RunAsync(place, "run", "--device", "simulated:plug:1", "--config", place.Folder)).ShouldFail(2, "simulation.conf:2:", "idle-watts must be a number from 0", "not -3");
    }

    [Fact]
    public async Task A_journal_that_the_configuration_names_is_the_one_that_is_read()
    {
        var place = workshop.NewPlace();
        place.Write("melt.conf", "melt.journal = spring.db\n");

        (await Melt.RunAsync(place, "list", "--config", place.Folder)).ShouldFail(1, "no recordings", "spring.db");
        (await Melt.RunAsync(place, "list", "--config", place.Folder, "--journal", "summer.db")).ShouldFail(1, "summer.db");
    }

    [Fact]
    public async Task A_missing_model_is_named_before_anything_is_recorded()
    {
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, "run", "-m", "nowhere.gguf")).ShouldFail(1, "nowhere.gguf", "no file");

        Directory.Exists(place.Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_cannot_be_written()
    {
        var place = workshop.NewPlace();
        File.WriteAllText(place.Data, "mine");

        (await Melt.RunAsync(place, Phone)).ShouldFail(1, place.Data);

        File.ReadAllText(place.Data).ShouldBe("mine");
    }

    [Fact]
    public async Task Where_nothing_was_recorded_there_is_nothing_to_list() =>
        (await Melt.RunAsync(workshop.NewPlace(), "list")).ShouldFail(1, "no recordings", "quickstart");

    [Fact]
    public async Task A_broker_that_is_not_there_is_named()
    {
        var place = workshop.NewPlace();
        var port = Ports.Free();

        (await Melt.RunAsync(place, [.. Phone, "--broker", $"mqtt://127.0.0.1:{port}"])).ShouldFail(1, $"127.0.0.1:{port}", "nothing listens");

        await place.ShouldHoldNoExperimentAsync();
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        var place = workshop.NewPlace();
        using var taken = Ports.Take(out var port);

        (await Melt.RunAsync(place, [.. Phone, "--port", $"{port}"])).ShouldFail(1, $"127.0.0.1:{port}", "already listens");

        await place.ShouldHoldNoExperimentAsync();
    }

    [Fact]
    public async Task An_unknown_profile_is_answered_with_those_there_are()
    {
        var place = workshop.NewPlace();

        (await Melt.RunAsync(place, "run", "--device", "simulated:nope:1")).ShouldFail(1, "nope", "phone-monsoon");

        await place.ShouldHoldNoExperimentAsync();
    }

    [Fact]
    public async Task A_data_folder_that_another_process_holds_is_not_recorded_into()
    {
        var place = workshop.NewPlace();
        using var held = Actors.Journal.DataFolder.Hold(place.Data);

        (await Melt.RunAsync(place, Phone)).ShouldFail(1, place.Data, $"{Environment.ProcessId}");

        File.Exists(place.Journal).ShouldBeFalse();
    }
}
