using System.Collections.Immutable;
using MELT.Devices.Links;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>Instruments that read files, sampled by one loop on the device: the same instruments that read this host, over the device's files.</summary>
internal sealed class FileSource : IReadingSource
{
    private readonly (ILink Link, DeviceShell Shell, LinkTree Tree, TimeSpan Period) _with;
    private readonly ImmutableArray<IInstrument> _instruments;
    private readonly IReadOnlySet<string> _paths;

    public FileSource(ILink link, DeviceShell shell, LinkTree tree, TimeSpan period, ImmutableArray<IInstrument> instruments)
    {
        _with = (link, shell, tree, period);
        _instruments = instruments;
        _paths = PathsOf(tree, instruments);
        Meters = [.. instruments.Select(i => new SourcedMeter(i.Meter, i.About with { PeriodSeconds = period.TotalSeconds, WindowSeconds = i.SpansReadings ? period.TotalSeconds : i.About.WindowSeconds }))];
    }

    public ImmutableArray<SourcedMeter> Meters { get; }

    /// <summary>The files that these instruments read each time.</summary>
    public static IReadOnlySet<string> PathsOf(LinkTree tree, IEnumerable<IInstrument> instruments) => tree.ReadsOf(() =>
    {
        foreach (var instrument in instruments) instrument.Read();
    });

    public Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop)
    {
        var (left, first) = (_instruments, true);
        return DeviceLoop.RunAsync(_with.Link, mark => _with.Shell.Files(mark, _paths, _with.Period), _with.Period, async frame =>
        {
            ImmutableArray<StampedReading> readings;
            lock (_with.Tree)
            {
                _with.Tree.Show(_paths, frame.Lines);
                readings = [.. left.Select(i => new StampedReading(i.Meter, frame.At, i.Read()))];
            }
            left = left.RemoveAll(i => readings.Any(r => r.Meter == i.Meter && r.Reading is Reading.Gone));
            foreach (var reading in readings)
                if (!first || !_instruments.First(i => i.Meter == reading.Meter).SpansReadings) await take(reading);
            first = false;
            return !left.IsEmpty;
        }, stop);
    }
}
