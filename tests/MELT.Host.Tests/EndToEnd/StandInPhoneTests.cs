using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A phone made of a real adbd with real llama.cpp on it; its settings and its battery are played by scripts.</summary>
[Collection(EndToEndTests.Name)]
public sealed class StandInPhoneTests(Workshop workshop) : IAsyncLifetime
{
    private Place _place = null!;
    private StandIns _programs = null!;
    private Adbd _phone = null!;

    public async Task InitializeAsync()
    {
        if (Adbd.Missing is not null) return;
        _place = workshop.NewPlace();
        _programs = StandIns.In(_place).Android();
        _programs.Set("system", "screen_brightness", 128);
        _programs.Set("system", "screen_brightness_mode", 1);
        _phone = await Adbd.StartAsync(_programs.Folder + ":", asMyself: true);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Config).FullName, "devices.conf"), $$"""
            devices.phone {
              link = adb
              adb { address = "{{_phone.Target.Address}}", program = "{{_phone.AdbServer.Program}}", server-port = {{_phone.AdbServer.Port.ToString(CultureInfo.InvariantCulture)}} }
              over = usb
              stand-in = "adbd of Debian; settings and battery are scripts"
              folder = "{{_phone.Folder}}/models"
              engine { kind = agent, program = dotnet, arguments = ["{{Melt.Program}}", agent, "llama.cpp"] }
              supply = battery
              prepare { brightness = 0, screen-timeout = 30 min }
              gates { start { place = battery, celsius = 40, patience = 1 s }, battery = "40..80" }
              meters { patience = 500 ms }
              collect = ["{{_programs.Folder}}/dumpsys"]
            }
            """);
    }

    public async Task DisposeAsync()
    {
        if (_phone is not null) await _phone.DisposeAsync();
    }

    private string Config => Path.Combine(_place.Folder, "hocon");

    [SkippableFact]
    public async Task A_phone_is_prepared_given_its_model_measured_and_put_back()
    {
        Skip.If(Adbd.Missing is not null, Adbd.Missing);

        var run = await Melt.RunAsync(_place, "run", "--config", Config, "--device", "phone", "-m", "synthetic:tiny:q8_0", "-p", "16", "-n", "24", "--requests", "2", "-t", "1", "--baseline", "0.5", "--cool-down", "0.5", "--json");

        run.ExitCode.ShouldBe(0, run.ToString());
        var session = JsonDocument.Parse(run.Output).RootElement.GetProperty("sessions")[0];
        session.GetProperty("status").GetString().ShouldBe("complete");
        session.GetProperty("flags").EnumerateArray().Select(f => f.GetString()).ShouldBe(["synthetic"]);
        var facts = session.GetProperty("device");
        facts.GetProperty("link").GetString().ShouldStartWith("adb ");
        (facts.GetProperty("manufacturer").GetString(), facts.GetProperty("model").GetString(), facts.GetProperty("supply").GetString()).ShouldBe(("MELT", "stand-in phone", "battery"));
        (facts.GetProperty("preparation").GetString(), facts.GetProperty("prepare.brightness").GetString()).ShouldBe(("full", "0 (was 1 128)"));

        var model = Directory.GetFiles(workshop.Models, "*q8_0*.gguf").ShouldHaveSingleItem();
        var there = Directory.GetFiles(Path.Combine(_phone.Folder, "models"), "*.gguf").ShouldHaveSingleItem();
        SHA256.HashData(await File.ReadAllBytesAsync(there)).ShouldBe(SHA256.HashData(await File.ReadAllBytesAsync(model)));
        session.GetProperty("model").GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(model))));

        session.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("tokens").GetProperty("generated").GetInt32()).ShouldBe([24, 24, 24]);
        Value(session, "itl_seconds").ShouldBeGreaterThan(0);
        Value(session, "ttft_seconds").ShouldBeGreaterThan(0);
        Value(session, "peak_memory_bytes").ShouldBeGreaterThan(1e6);
        var meters = session.GetProperty("meters").EnumerateArray().ToDictionary(m => m.GetProperty("meter").GetString()!, m => m);
        meters.Keys.ShouldContain("phone/cpu");
        meters["phone/cpu"].GetProperty("readings").GetProperty("stored").GetInt32().ShouldBeGreaterThan(5);
        meters["phone/cpu"].GetProperty("clock").GetProperty("quality").GetString().ShouldBe("fitted");
        session.GetProperty("warnings").EnumerateArray().Select(w => w.GetProperty("code").GetString()).ShouldContain("engine-clock");

        (_programs.Setting("system", "screen_brightness"), _programs.Setting("system", "screen_brightness_mode")).ShouldBe(("128", "1"));
        var collected = Path.Combine(_place.Data, "files", session.GetProperty("session").GetString()!, "dumpsys");
        (await File.ReadAllTextAsync(collected)).ShouldContain("Battery Service");
        var shown = await Melt.RunAsync(_place, "devices", "show", "phone", "--config", Config, "--json");
        shown.ExitCode.ShouldBe(0, shown.ToString());
        var told = JsonDocument.Parse(shown.Output).RootElement;
        told.GetProperty("unrestored").GetArrayLength().ShouldBe(0);
        told.GetProperty("battery_percent").GetInt32().ShouldBe(75);
    }

    [SkippableFact]
    public async Task A_phone_that_is_lost_in_mid_run_leaves_a_partial_recording_comes_back_and_is_tried_again()
    {
        Skip.If(Adbd.Missing is not null, Adbd.Missing);
        await File.WriteAllTextAsync(Path.Combine(_place.Folder, "plan.yaml"), """
            name: lost
            devices: [{id: phone}]
            models: ["synthetic:tiny:q8_0"]
            parameters: {threads: [1]}
            requests: {lengths: [{prompt_tokens: 16}]}
            generation: {max_tokens: 1200, ignore_eos: true}
            warmup: 0
            retries: 1
            baseline_seconds: 0.5
            cool_down_seconds: 0.5
            """);

        await using var melt = Melt.Start(_place, "run", "plan.yaml", "--config", Config, "--json");
        await melt.SaysAsync("running");
        await _phone.KillAsync();
        await _phone.StartAgainAsync();
        var run = await melt.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        var sessions = JsonDocument.Parse(run.Output).RootElement.GetProperty("sessions").EnumerateArray().ToArray();
        sessions.Select(s => (s.GetProperty("attempt").GetInt32(), s.GetProperty("status").GetString())).ShouldBe([(1, "partial"), (2, "complete")]);
        sessions[0].GetProperty("reason").GetString().ShouldStartWith("link-lost: ");
        sessions[0].GetProperty("requests")[0].GetProperty("tokens").GetProperty("generated").GetInt32().ShouldBeInRange(0, 1199);
        sessions[1].GetProperty("requests")[0].GetProperty("tokens").GetProperty("generated").GetInt32().ShouldBe(1200);
        _programs.Setting("system", "screen_brightness").ShouldBe("128", "the device is put back over a new link");
    }

    private static double Value(JsonElement session, string key) =>
        session.GetProperty("metrics").GetProperty(key) is var metric && metric.TryGetProperty("value", out var value) ? value.GetDouble() : metric.GetProperty("p50").GetProperty("value").GetDouble();
}
