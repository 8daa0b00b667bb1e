using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Instruments.Remote;

/// <summary>A device made of a temporary folder, its files synthetic, its programs scripts, reached over the local link.</summary>
internal sealed class FakeDevice : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("melt-device-").FullName;
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));

    public FakeDevice()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Programs);
        Place = new(new("fake"), "fake-clock") { Root = Root, Folders = [Programs] };
    }

    public LocalLink Link { get; } = new(HostClock.Start(TimeProvider.System));
    public DevicePlace Place { get; }
    public CancellationToken Patience => _patience.Token;
    public DeviceSettings Settings { get; init; } = new() { Shortest = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromMilliseconds(300) };

    private string Root => Path.Combine(_folder, "it's root");
    private string Programs => Path.Combine(_folder, "bin");

    public void Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var fresh = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllText(fresh, text);
        File.Move(fresh, full, overwrite: true);       // a reader sees the old or the new file
    }

    public void Remove(string path) => File.Delete(Path.Combine(Root, path));

    /// <summary>A stand-in for a program of the device; the folder holds what it may replay.</summary>
    public void Program(string name, string script)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        var path = Path.Combine(Programs, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public Task<DeviceFound> DiscoverAsync() => DeviceInstruments.DiscoverAsync(Link, Place, Settings, Patience);

    /// <summary>Runs the source of a meter until enough of its readings were taken.</summary>
    public async Task<(List<StampedReading> Readings, SourceEnd End)> TakeAsync(DeviceFound found, string meter, int count, Action<StampedReading>? each = null)
    {
        var source = found.Usable.First(s => s.Meters.Any(m => m.Meter.Name == meter));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Patience);
        var readings = new List<StampedReading>();
        var end = await source.RunAsync(async reading =>
        {
            if (reading.Meter.Name != meter || readings.Count == count) return;
            readings.Add(reading);
            each?.Invoke(reading);
            if (readings.Count == count) await stop.CancelAsync();
        }, stop.Token);
        Patience.ThrowIfCancellationRequested();
        return (readings, end);
    }

    public static MeterDescription About(DeviceFound found, string meter) => found.Meters.FirstOrDefault(m => m.Meter.Name == meter)
        .ShouldNotBeNull(string.Join('\n', found.Refused.Select(r => $"{r.Name}: {r.Reason}"))).About;

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        _patience.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
