using MELT.Actors.Devices.Configured;
using MELT.Devices;
using MELT.Devices.Preparation;
using MELT.Host.Configuration;
using MELT.Sensors.Instruments.Android;

namespace MELT.Host.Tests.Configuration;

public sealed class DevicesReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-devices-");

    public void Dispose() => _folder.Delete(recursive: true);

    private Reading<DeviceCatalogue> Read(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "devices.conf"), text);
        return DevicesReader.Load(new() { Folder = _folder.FullName, ProgramFolder = _folder.FullName, Environment = name => name == "EDGE_KEY" ? "sk-secret" : null });
    }

    private ConfiguredDevice One(string text) => Read(text).Value.ShouldNotBeNull().ById.Values.ShouldHaveSingleItem();

    private string Wrong(string text) => Read(text).Problems.ShouldHaveSingleItem().ToString();

    [Fact]
    public void A_phone_is_read_with_everything_that_can_be_said_of_it()
    {
        var phone = One("""
            devices.pixel {
              link = adb, adb { serial = "0A1B", server-port = 5038 }, over = wifi, supply = "bench-supply@4.2V", connect-patience = 5 s
              engine { kind = llama-server, program = "/data/llama-server", arguments = ["--no-webui"], environment { LD_LIBRARY_PATH = "/data" } }
              prepare { brightness = 0, do-not-disturb = on, frequency { min = 300 MHz, max = 1800 MHz } }
              gates { start { place = battery, celsius = 32, patience = 2 m }, ceiling { celsius = 70 }, battery = "40..80" }
              meters { periods { battery = 500 ms }, battery { unit = mA, sign = positive-is-out } }
            }
            """);
        phone.Id.ShouldBe(new DeviceId("pixel"));
        phone.Reach.ShouldBeOfType<DeviceReach.Adb>().Target.Server.Port.ShouldBe(5038);
        (phone.Platform, phone.Traits.Way, phone.Folder, phone.Patience).ShouldBe((DevicePlatform.Android, LinkWay.WiFi, "/data/local/tmp/melt", TimeSpan.FromSeconds(5)));
        phone.Supply.ShouldBe(Supply.Bench(4.2m));
        phone.Engine.ShouldNotBeNull().Environment["LD_LIBRARY_PATH"].ShouldBe("/data");
        phone.Wishes.Select(w => w.Name).ShouldBe(["do-not-disturb", "brightness", "frequency"], "in the order in which they are applied");
        (phone.Gates.Start!.Place, phone.Gates.StartPatience, phone.Gates.Ceiling!.Place, phone.Gates.Battery!.Highest).ShouldBe(("battery", TimeSpan.FromMinutes(2), "hottest", 80));
        (phone.Meters.Battery!.Unit, phone.Meters.Battery.Sign, phone.Meters.Periods["battery"]).ShouldBe((CurrentUnit.Milliampere, CurrentSign.PositiveIsOut, TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public void The_key_of_an_endpoint_comes_from_the_environment_and_is_not_shown()
    {
        var server = One("""devices.edge { link = endpoint, endpoint { url = "http://127.0.0.1:8080/v1", key = ${?EDGE_KEY}, model = m } }""");
        server.Reach.ShouldBeOfType<DeviceReach.Endpoint>().Server.ApiKey.ShouldBe("sk-secret");
        server.Reach.ToString().ShouldBe("http://127.0.0.1:8080/v1");
    }

    [Theory]
    [InlineData("devices.a { link = abd }", "devices.a.link: must be local, adb, ssh, endpoint, agent; did you mean 'adb'?")]
    [InlineData("devices.a { link = ssh }", "devices.a.ssh: is missing")]
    [InlineData("devices.a { link = agent, supplly = usb }", "devices.a.supplly: there is no such setting; did you mean 'supply'?")]
    [InlineData("devices.a { link = agent, supply = nuclear }", "devices.a.supply: 'nuclear' is no supply")]
    [InlineData("devices.a { link = agent, prepare { screen = off } }", "devices.a.prepare: is for devices on which programs can be run")]
    [InlineData("devices.a { link = adb, prepare { brightness = bright } }", "devices.a.prepare: ")]
    [InlineData("devices.a { link = adb, engine { kind = llama, program = x } }", "devices.a.engine.kind: must be llama-server")]
    [InlineData("devices.a { link = adb, gates { battery = \"80..40\" } }", "devices.a.gates.battery: ")]
    [InlineData("devices.a { link = adb, ssh { host = h } }", "devices.a.ssh: is not read, since link = adb")]
    [InlineData("devices.\"a b\" { link = agent }", "a device's name may hold letters")]
    public void What_is_wrong_is_told_with_its_place_and_key(string text, string words)
    {
        Wrong(text).ShouldContain(words);
        Wrong(text).ShouldStartWith(Path.Combine(_folder.FullName, "devices.conf") + ":1:");
    }

    [Fact]
    public void A_plan_that_only_names_a_configured_device_means_that_one()
    {
        const string Plan = "name: p\ndevices: [{id: pixel}]\nmodels: [m.gguf]\nrequests: {lengths: [{prompt_tokens: 4}]}\n";
        var plan = PlanReader.Parse("p.yaml", Plan, ".", new Dictionary<string, string> { ["pixel"] = "adb" }).Value.ShouldNotBeNull();
        plan.Devices[0].Link.ShouldBe(new Actors.Experiments.PlannedLink.Configured("adb"));
        plan.Expand()[0].Cell.Engine.ShouldBeOfType<Actors.Experiments.PlannedEngine.OfDevice>();
        PlanWriter.Write(plan).ShouldContain("link: configured");
        PlanReader.Parse("p.yaml", Plan.Replace("id: pixel", "id: pixle, link: configured"), ".", new Dictionary<string, string> { ["pixel"] = "adb" })
            .Problems.ShouldHaveSingleItem().ToString().ShouldContain("'pixle' is not in devices.conf; did you mean 'pixel'?");
    }

    [Fact]
    public void The_shipped_file_names_no_device() =>
        DevicesReader.Load(new() { Folder = null, Environment = _ => null, ProgramFolder = AppContext.BaseDirectory }).Value.ShouldNotBeNull().ById.ShouldBeEmpty();
}
