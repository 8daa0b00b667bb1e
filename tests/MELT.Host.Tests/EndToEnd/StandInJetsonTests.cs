using System.Globalization;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A Jetson made of a real sshd with real llama.cpp behind it; its rails are the beginning of a recorded log of tegrastats, played by a script.</summary>
[Collection(EndToEndTests.Name)]
public sealed class StandInJetsonTests(Workshop workshop)
{
    [SkippableFact]
    public async Task The_rails_of_a_board_are_measured_and_none_is_counted_twice()
    {
        var log = Path.Combine(Repository.Folder, "..", "shared", "data", "tegrastats", "orin_nano_jp5.log");
        Skip.IfNot(File.Exists(log), "the recorded log of tegrastats is not here (../shared/data)");
        var place = workshop.NewPlace();
        // At rest, 5.542 to 5.821 W, whenever the baseline begins.
        var rest = Path.Combine(place.Folder, "rest.log");
        await File.WriteAllLinesAsync(rest, File.ReadLines(log).Take(11));
        var programs = StandIns.In(place).Tegrastats(rest);
        await using var board = await Sshd.StartAsync();
        var root = Path.Combine(place.Folder, "root");
        Directory.CreateDirectory(Path.Combine(root, "proc", "device-tree"));
        await File.WriteAllTextAsync(Path.Combine(root, "proc", "device-tree", "model"), "NVIDIA Jetson Orin Nano Developer Kit\0");
        var config = Directory.CreateDirectory(Path.Combine(place.Folder, "hocon")).FullName;
        await File.WriteAllTextAsync(Path.Combine(config, "devices.conf"), $$"""
            devices.jetson {
              link = ssh
              ssh { host = "127.0.0.1", port = {{board.Port.ToString(CultureInfo.InvariantCulture)}}, user = "{{board.Target.User}}", identity = "{{board.Target.IdentityFile}}", known-hosts = "{{board.Target.KnownHostsFile}}", configuration = none }
              stand-in = "sshd on this host; tegrastats replays a log"
              folder = "{{board.Folder}}/models"
              root = "{{root}}"
              path = ["{{programs.Folder}}"]
              engine { kind = agent, program = dotnet, arguments = ["{{Melt.Program}}", agent, "llama.cpp"] }
              supply = dc
              meters { patience = 500 ms }
            }
            """);

        var run = await Melt.RunAsync(place, "run", "--config", config, "--device", "jetson", "-m", "synthetic:tiny:q8_0", "-p", "16", "-n", "400", "-t", "1", "--baseline", "1", "--cool-down", "0.5", "--json");

        run.ExitCode.ShouldBe(0, run.ToString());
        var session = JsonDocument.Parse(run.Output).RootElement.GetProperty("sessions")[0];
        session.GetProperty("status").GetString().ShouldBe("complete");
        session.GetProperty("flags").EnumerateArray().Select(f => f.GetString()).ShouldBe(["synthetic"]);
        session.GetProperty("device").GetProperty("board").GetString().ShouldBe("NVIDIA Jetson Orin Nano Developer Kit");
        session.GetProperty("requests")[1].GetProperty("tokens").GetProperty("generated").GetInt32().ShouldBe(400);

        var whole = session.GetProperty("energy").EnumerateObject().Single(b => b.Value.GetProperty("sensors").EnumerateArray().Any(s => s.GetString()!.Contains("VDD_IN", StringComparison.OrdinalIgnoreCase))).Value;
        whole.GetProperty("sensors").GetArrayLength().ShouldBe(1, "VDD_IN holds the other rails");
        whole.GetProperty("baseline_power_watts").GetProperty("value").GetDouble().ShouldBeInRange(5.542, 5.821, "with its children on top it would be half as much again");
        session.GetProperty("metrics").GetProperty("max_temperature_celsius").GetProperty("value").GetDouble().ShouldBeInRange(35, 90);
    }
}
