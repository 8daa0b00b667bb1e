using System.Text;
using MELT.Host.Configuration;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Tests.Configuration;

public sealed class MeltConfigurationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-configuration-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Reading<MeltConfiguration> Load(string? melt = null, (string Name, string Value)[]? environment = null, params (string Key, string Value)[] commandLine)
    {
        if (melt is not null) Write("melt.conf", melt);
        return MeltConfiguration.Load(new ConfigurationSources
        {
            Folder = _folder.FullName,
            Environment = name => (environment ?? []).Where(e => e.Name == name).Select(e => e.Value).FirstOrDefault(),
            CommandLine = commandLine.ToDictionary(s => s.Key, s => s.Value),
        });
    }

    private string Refused(string melt) => Load(melt).Problems.ShouldHaveSingleItem().ToString().Replace(_folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    [Fact]
    public void The_files_beside_the_program_say_exactly_the_defaults()
    {
        var shipped = MeltConfiguration.Load(new ConfigurationSources { Environment = _ => null });
        File.Exists(Path.Combine(AppContext.BaseDirectory, "hocon", "melt.conf")).ShouldBeTrue();
        shipped.Problems.ShouldBeEmpty();
        var defaults = new MeltConfiguration();
        shipped.Value.ShouldBe(defaults with { Instruments = shipped.Value!.Instruments, Profiles = shipped.Value.Profiles, Cluster = shipped.Value.Cluster, Sensors = shipped.Value.Sensors });
        shipped.Value.Sensors.ShouldBe(defaults.Sensors with { Listen = shipped.Value.Sensors.Listen });
        shipped.Value.Sensors.Listen.ShouldBe(defaults.Sensors.Listen);
        shipped.Value.Cluster.ShouldBe(defaults.Cluster with { Join = shipped.Value.Cluster.Join, Roles = shipped.Value.Cluster.Roles, Devices = shipped.Value.Cluster.Devices });
        shipped.Value.Cluster.Join.Concat(shipped.Value.Cluster.Devices).ShouldBeEmpty();
        shipped.Value.Cluster.Roles.ShouldBe(defaults.Cluster.Roles);
        shipped.Value.Instruments.ShouldBe(defaults.Instruments with { Periods = shipped.Value.Instruments.Periods, Boundaries = shipped.Value.Instruments.Boundaries, PtDaemons = shipped.Value.Instruments.PtDaemons });
        (shipped.Value.Instruments.Boundaries.Count, shipped.Value.Instruments.PtDaemons.Count).ShouldBe((0, 0));
        shipped.Value.Instruments.Periods.ShouldBeEmpty();
        shipped.Value.Profiles.ShouldBeEmpty();
    }

    [Fact]
    public void The_shipped_file_names_every_setting_and_its_variable()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "melt.conf"));
        foreach (var variable in (string[])["MELT_DATA", "MELT_JOURNAL", "MELT_DISK_RESERVE", "MELT_BROKER_EMBEDDED_ADDRESS", "MELT_BROKER_EMBEDDED_PORT", "MELT_BROKER_EMBEDDED_ANONYMOUS", "MELT_BROKER_EMBEDDED_TLS_CERTIFICATE", "MELT_BROKER_EMBEDDED_TLS_KEY", "MELT_BROKER_EMBEDDED_TLS_PORT", "MELT_BROKER_EMBEDDED_TRUSTED_NETWORK", "MELT_BROKER_EMBEDDED_LARGEST_PAYLOAD", "MELT_BROKER_EMBEDDED_MESSAGES_PER_SECOND", "MELT_BROKER_EMBEDDED_BYTES_PER_SECOND", "MELT_BROKER_URL", "MELT_MQTT_CLIENT", "MELT_INSTRUMENTS_WATTS_PER_BUSY_PROCESSOR", "MELT_SESSION_BASELINE", "MELT_SESSION_COOL_DOWN", "MELT_SESSION_SILENCE_LIMIT", "MELT_SESSION_THREADS", "MELT_CLUSTER_NODE", "MELT_CLUSTER_JOIN", "MELT_CLUSTER_ROLES", "MELT_CLUSTER_DEVICES", "MELT_CLUSTER_TRUSTED_NETWORK"])
            text.ShouldContain(variable);
    }

    [Fact]
    public void An_analyzer_behind_PTDaemon_needs_only_a_name()
    {
        var instruments = Load("""
            melt.instruments {
              boundaries { hwmon-power_meter = wall-ac, "hwmon-corsairpsu/power-total" = dc-in }
              ptdaemon { wt310 { boundary = wall-ac }, other { address = "lab:9999", device = jetson-1, period = 500 ms, instrument = "Yokogawa WT310E", volts = 150, amps = Auto } }
            }
            """).Value!.Instruments;
        instruments.Boundaries.ShouldBe(new Dictionary<string, string> { ["hwmon-power_meter"] = "wall-ac", ["hwmon-corsairpsu/power-total"] = "dc-in" });
        instruments.PtDaemons["wt310"].ShouldBe(new(new(new("host"), "wt310")) { Boundary = "wall-ac" });
        instruments.PtDaemons["other"].ShouldBe(new(new(new("jetson-1"), "other")) { Host = "lab", Port = 9999, Period = TimeSpan.FromMilliseconds(500), Instrument = "Yokogawa WT310E", Volts = "150", Amps = "Auto" });
    }

    [Theory]
    [InlineData("""melt.instruments.ptdaemon.wt310.boundary = socket""", "must be one of cell, battery-terminals")]
    [InlineData("""melt.instruments.ptdaemon.wt310.adress = "lab:1" """, "melt.instruments.ptdaemon.wt310.address")]
    [InlineData("""melt.instruments.ptdaemon.wt310.address = lab""", "host:port")]
    [InlineData("""melt.instruments.boundaries.x = wall""", "wall-ac")]
    public void A_slip_in_an_instrument_is_named(string melt, string word) => Refused(melt).ShouldContain(word);

    [Theory]
    [InlineData("""melt.cluster.join = "10.0.0.7" """, "host:port")]
    [InlineData("""melt.cluster.node = "10.0.0.7:0" """, "host:port")]
    [InlineData("""melt.cluster.roles = "device-host, cook" """, "device-host, ingest, web")]
    [InlineData("""melt.cluster.devices = "my phone" """, "names of devices")]
    public void What_a_node_cannot_be_is_refused_where_it_is_written(string setting, string allowed) => Refused(setting).ShouldContain(allowed);

    [Fact]
    public void A_node_is_what_the_file_says()
    {
        var cluster = Load("""melt.cluster { node = "lab-1:7236", join = "lab-1:7236, lab-2:7236,lab-3:7236", roles = "ingest", devices = "pixel-9, jetson-2", trusted-network = true }""").Value!.Cluster;
        cluster.Node.ShouldBe("lab-1:7236");
        cluster.Join.ShouldBe(["lab-1:7236", "lab-2:7236", "lab-3:7236"]);
        cluster.Roles.ShouldBe(["ingest"]);
        cluster.Devices.ShouldBe(["pixel-9", "jetson-2"]);
        cluster.TrustedNetwork.ShouldBeTrue();
    }

    [Fact]
    public void A_client_that_is_not_in_this_build_is_refused_with_what_to_do()
    {
        var loaded = Load("melt.mqtt.client = mqttnet");
        if (MqttClients.BuiltIn.Contains(MqttClients.MqttNet)) loaded.Value!.Broker.Client.ShouldBe(MqttClients.MqttNet);
        else Refused("melt.mqtt.client = mqttnet").ShouldContain("mqttnet is not in this build");
    }

    [Fact]
    public void Command_line_wins_over_environment_over_files_over_defaults()
    {
        Load().Value!.Broker.Port.ShouldBe(0);
        Load("melt.broker.embedded.port = 1").Value!.Broker.Port.ShouldBe(1);
        Load("melt.broker.embedded.port = 1", [("MELT_BROKER_EMBEDDED_PORT", "2")]).Value!.Broker.Port.ShouldBe(2);
        Load("melt.broker.embedded.port = 1", [("MELT_BROKER_EMBEDDED_PORT", "2")], ("melt.broker.embedded.port", "3")).Value!.Broker.Port.ShouldBe(3);
    }

    [Fact]
    public void Every_setting_reaches_its_place()
    {
        Write("simulation.conf", "simulation.profiles.phone-monsoon { idle-watts = 1.5, seed = 3 }");
        var c = Load("""
            melt {
              data = "/data/my lab", journal = "postgres://lab/melt", disk-reserve = 1 GiB
              broker { embedded { address = 0.0.0.0, port = 1884 }, url = "mqtt://lab:1883" }
              instruments { periods { cpu = 50 ms }, watts-per-busy-processor = 7.25 }
              session { baseline = 10 s, cool-down = 500 ms, silence-limit = 3 s, threads = 2 }
            }
            """).Value.ShouldNotBeNull();

        c.DataFolder.ShouldBe("/data/my lab");
        c.Journal.ShouldBe("postgres://lab/melt");
        c.DiskReserveBytes.ShouldBe(1L << 30);
        c.Broker.ShouldBe(new BrokerOptions { Address = "0.0.0.0", Port = 1884, Url = "mqtt://lab:1883" });
        c.Instruments.Periods["cpu"].ShouldBe(TimeSpan.FromMilliseconds(50));
        c.Instruments.WattsPerBusyProcessor.ShouldBe(7.25m);
        c.Session.ShouldBe(new SessionOptions
        {
            Baseline = TimeSpan.FromSeconds(10),
            CoolDown = TimeSpan.FromMilliseconds(500),
            SilenceLimit = TimeSpan.FromSeconds(3),
            Threads = 2,
        });
        c.Profiles["phone-monsoon"]["idle-watts"].ShouldSatisfyAllConditions(s => s.Value.ShouldBe(1.5), s => s.At.Line.ShouldBe(1));
        c.Profiles["phone-monsoon"].Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("melt {\n  brokr.embedded.port = 1\n}", "melt.conf:2:25: melt.brokr.embedded.port: there is no such setting; did you mean 'melt.broker.embedded.port'?")]
    [InlineData("melt.session.basline = 5 s", "melt.conf:1:24: melt.session.basline: there is no such setting; did you mean 'melt.session.baseline'?")]
    [InlineData("colour = red", "melt.conf:1:10: colour: there is no such setting")]
    [InlineData("simulation.profiles.phone-monson.idle-watts = 1", "did you mean 'simulation.profiles.phone-monsoon.idle-watts'?")]
    [InlineData("melt.extra {}", "melt.extra: there is no such setting")]
    [InlineData("melt.broker = 5", "melt.broker: is a section of settings and cannot be 5 itself")]
    [InlineData("melt.broker.embedded.port = 70000", "melt.conf:1:29: melt.broker.embedded.port: must be a whole number from 0 to 65535, not '70000'")]
    [InlineData("melt.session.baseline = 5", "must be a duration with its unit, such as 100 ms, from 0 s to 24 h, not '5'")]
    [InlineData("melt.session.baseline = [1]", "not 'an array'")]
    [InlineData("melt.broker.url = lab", "must be a URL such as \"mqtt://lab.local:1883\", not 'lab'")]
    [InlineData("melt.mqtt.client = other", "melt.conf:1:20: melt.mqtt.client: must be melt")]
    [InlineData("melt.broker.embedded.address = localhost", "must be an IP address")]
    [InlineData("melt.data = \" \"", "must be a folder")]
    [InlineData("melt { data = ", "melt.conf:1:15: expected a value, found the end of the file")]
    public void Mistakes_name_file_line_key_and_what_is_allowed(string text, string message) => Refused(text).ShouldContain(message);

    [Fact]
    public void Mistakes_of_all_sources_are_reported_together() =>
        Load("melt.x = 1", [("MELT_SESSION_THREADS", "many")], ("melt.data", "")).Problems.Select(p => p.At.Source == "melt.conf" ? "" : $"{p.At.Source} {p.Key}")
            .Skip(1).ShouldBe(["environment MELT_SESSION_THREADS melt.session.threads", "command line melt.data"]);

    [Fact]
    public void A_folder_that_was_asked_for_must_exist()
    {
        var missing = Path.Combine(_folder.FullName, "missing");
        MeltConfiguration.Load(new ConfigurationSources { Folder = missing }).Problems.ShouldHaveSingleItem().Text.ShouldContain("no such folder");
        MeltConfiguration.Load(new ConfigurationSources { Environment = name => name == "MELT_CONFIG" ? missing : null }).Problems.ShouldHaveSingleItem().At.Source.ShouldBe(missing);
    }

    [Fact]
    public void A_program_without_its_files_has_the_defaults() =>
        MeltConfiguration.Load(new ConfigurationSources { ProgramFolder = _folder.FullName, Environment = _ => null }).Value!.DataFolder.ShouldBe("melt-data");

    [Fact]
    public void A_file_that_is_not_UTF_8_is_refused_with_its_place()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "melt.conf"), [.. Encoding.UTF8.GetBytes("# é\n# ab"), 0xFF, (byte)'\n']);
        Load().Problems.ShouldHaveSingleItem().ToString().ShouldEndWith("melt.conf:2:5: is not UTF-8 text; save the file as UTF-8");
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused()
    {
        _folder.CreateSubdirectory("melt.conf");
        Load().Problems.ShouldHaveSingleItem().Text.ShouldContain("a file is expected");
    }

    [Theory]
    [InlineData("thraeds", "threads")]
    [InlineData("Model", "models")]
    [InlineData("zzz", null)]
    public void The_nearest_word_is_suggested_when_it_is_near(string written, string? nearest) =>
        Spelling.Nearest(written, ["threads", "models", "name"]).ShouldBe(nearest);
}
