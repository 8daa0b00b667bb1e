using System.Globalization;
using MELT.Devices;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments;

namespace MELT.Sensors.Tests.Instruments;

/// <summary>A host's files in a temporary folder.</summary>
internal sealed class FakeHost : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("melt-host-").FullName;
    private readonly HashSet<string> _forbidden = [];

    public FakeHost() => Place = new(new HostTree(_root, Read), new DeviceId("host"), "host-clock");

    public HostPlace Place { get; }

    public void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Remove(string path)
    {
        var full = Path.Combine(_root, path);
        if (Directory.Exists(full)) Directory.Delete(full, recursive: true);
        else File.Delete(full);
    }

    /// <summary>The file is there and this user may not read it.</summary>
    public void Forbid(string path) => _forbidden.Add(Path.Combine(_root, path));

    public void Stat(long user, long idle) => Write("proc/stat", string.Create(CultureInfo.InvariantCulture, $"cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3 4\nintr 5\n"));

    public void Process(int id, long user, long system, long started = 77, char state = 'S', string name = "llama engine) (x") =>
        Write($"proc/{id}/stat", string.Create(CultureInfo.InvariantCulture, $"{id} ({name}) {state} 1 1 1 0 -1 4194304 98 0 0 0 {user} {system} 0 0 20 0 1 0 {started} 3133440 389\n"));

    public void Rapl(string zone, string name, long energy, long range = 262_143_328_850)
    {
        Write($"sys/class/powercap/{zone}/name", name + "\n");
        Write($"sys/class/powercap/{zone}/energy_uj", energy.ToString(CultureInfo.InvariantCulture) + "\n");
        Write($"sys/class/powercap/{zone}/max_energy_range_uj", range.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Read(string path) => _forbidden.Contains(path) ? throw new UnauthorizedAccessException() : File.ReadAllText(path);
}

internal static class Readings
{
    /// <summary>The values of a reading as the numbers that would be published.</summary>
    public static string Text(this Reading reading) => reading switch
    {
        Reading.Taken taken => string.Join(' ', taken.Values.Select(v => $"{v.Channel}={v.Value}")),
        Reading.Failed failed => $"failed: {failed.Reason}",
        Reading.Gone gone => $"gone: {gone.Reason}",
        _ => "nothing",
    };

    public static void ShouldBeSound(this IInstrument instrument)
    {
        DescriptionRules.Problem(instrument.About).ShouldBeNull();
        instrument.About.Kind.ShouldNotBeNull();
        instrument.About.PeriodSeconds.ShouldBe(instrument.Period.TotalSeconds);
        instrument.About.ClockDomain.ShouldBe("host-clock");
        instrument.About.Channels.ShouldAllBe(c => c.Quantity != null && c.Unit != null && c.Accuracy == null);
    }
}
