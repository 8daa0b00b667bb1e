using MELT.Host.Configuration;
using MELT.Sensors.Meters;

namespace MELT.Host.Tests.Configuration;

public sealed class InstrumentsReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("melt-instruments-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static InstrumentCatalogue Shipped => InstrumentsReader.Load(new ConfigurationSources { Environment = _ => null }).Value.ShouldNotBeNull();

    private Reading<InstrumentCatalogue> Load(string own)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "instruments.conf"), own);
        return InstrumentsReader.Load(new ConfigurationSources { Folder = _folder.FullName, Environment = _ => null });
    }

    [Theory]
    [InlineData("Monsoon HVPM")]
    [InlineData("Monsoon LVPM")]
    [InlineData("JS110")]
    [InlineData("joulescope js220")]
    [InlineData("PPK2")]
    [InlineData("INA219")]
    [InlineData("INA226")]
    [InlineData("INA3221")]
    [InlineData("NVML A100")]
    [InlineData("RAPL")]
    [InlineData("Android battery gauge")]
    [InlineData("Shelly Plug S")]
    [InlineData("Shelly Gen2 PM")]
    [InlineData("Tasmota")]
    [InlineData("WT310")]
    [InlineData("PTDaemon meter")]
    public void The_common_meters_are_known_by_their_names(string name) => Shipped.Find(name).ShouldNotBeNull();

    [Fact]
    public void Every_entry_says_where_its_figures_come_from()
    {
        Shipped.Entries.ShouldAllBe(e => e.Source.Length > 20);
        Shipped.Entries.ShouldAllBe(e => e.Url != null && e.Url.StartsWith("https://"));
        Shipped.Entries.SelectMany(e => e.Quantities.Values).Select(q => q.Accuracy).OfType<Accuracy>().ShouldAllBe(a => a.Source.Length > 20);
    }

    [Fact]
    public void Two_entries_never_share_a_name() =>
        Shipped.Entries.SelectMany(e => e.Also.Prepend(e.Name)).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).ShouldAllBe(g => g.Count() == 1);

    [Fact]
    public void The_documentation_lists_every_entry()
    {
        var place = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(place.FullName, "docs", "sensors.md"))) place = place.Parent!;
        var page = File.ReadAllText(Path.Combine(place.FullName, "docs", "sensors.md"));
        foreach (var entry in Shipped.Entries) page.ShouldContain($"| {entry.Name} |");
    }

    [Fact]
    public void The_laboratory_adds_changes_and_takes_out_entries()
    {
        var catalogue = Load("""
            instruments {
              "Bench meter" { kind = averaged, window = 20 ms, source = "certificate 4711", quantities { power { gain = 0.001, offset = 0.01, coverage-factor = 2 } } }
              "NVML A100" { latency = 60 ms }
              "RAPL" = null
            }
            """).Value.ShouldNotBeNull();
        catalogue.Find("bench meter")!.Quantities["power"].Accuracy.ShouldBe(new Accuracy(0.001, 0.01, "certificate 4711", 2));
        (catalogue.Find("NVML A100")!.LatencySeconds, catalogue.Find("NVML A100")!.WindowSeconds).ShouldBe((0.06, 0.025));
        catalogue.Find("RAPL").ShouldBeNull();
    }

    [Theory]
    [InlineData("instruments { X { source = s, windw = 1 s } }", "1:39: instruments.X.windw: there is no such setting; did you mean 'window'?")]
    [InlineData("instruments { X { kind = averaged } }", "instruments.X: has no source")]
    [InlineData("instruments { X { source = s, kind = mean } }", "must be instantaneous, averaged, accumulated, not 'mean'")]
    [InlineData("instruments { X { source = s, window = 5 } }", "must be a duration with its unit")]
    [InlineData("instruments { X { source = s, quantities { power { gain = 0.1 } } } }", "an accuracy needs both gain and offset")]
    [InlineData("instruments { X { source = s, quantities { powr {} } } }", "did you mean 'power'?")]
    public void What_is_wrong_is_said_with_its_place(string own, string complaint) =>
        Load(own).Problems.ShouldHaveSingleItem().ToString().ShouldContain(complaint);
}
