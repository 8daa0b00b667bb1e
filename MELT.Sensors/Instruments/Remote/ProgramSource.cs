using System.Collections.Immutable;
using MELT.Devices.Links;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Remote;

/// <summary>What a program prints, as readings of one meter. It may hold what it needs between two frames.</summary>
public interface IFrameDecoder
{
    MeterId Meter { get; }
    MeterDescription About { get; }

    /// <summary>Total: whatever the lines say, the answer is a reading, nothing, or a reason.</summary>
    Reading Decode(ImmutableArray<string> lines);
}

/// <summary>A program on the device whose output is decoded: one that prints for ever, or one that is run again each period.</summary>
internal sealed class ProgramSource(ILink link, DeviceShell shell, string program, bool endless, TimeSpan period, IFrameDecoder decoder) : IReadingSource
{
    public ImmutableArray<SourcedMeter> Meters { get; } = [new(decoder.Meter, decoder.About)];

    public Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop) =>
        DeviceLoop.RunAsync(link, mark => Command(shell, program, endless, period, mark), period, async frame =>
        {
            await take(new(decoder.Meter, frame.At, decoder.Decode(frame.Lines)));
            return true;
        }, stop);

    /// <summary>The lines of the first frame that has no <paramref name="problem"/>, looked for in a few frames and for a limited time; null with a reason when there is none.</summary>
    public static async Task<(ImmutableArray<string>? Lines, string? Reason)> FirstAsync(
        ILink link, DeviceShell shell, string program, bool endless, TimeSpan period, Func<ImmutableArray<string>, string?> problem, CancellationToken stop)
    {
        ImmutableArray<string>? found = null;
        string? reason = null;
        var seen = 0;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        var end = await DeviceLoop.RunAsync(link, mark => Command(shell, program, endless, period, mark), TimeSpan.Zero, frame =>
        {
            reason = problem(frame.Lines);
            if (reason is null) found = frame.Lines;
            return ValueTask.FromResult(found is null && ++seen < Tries);
        }, limit.Token);
        stop.ThrowIfCancellationRequested();
        return (found, found is null ? reason ?? end.Reason ?? $"it printed nothing in {Patience.TotalSeconds:0} s" : null);
    }

    private const int Tries = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static LinkCommand Command(DeviceShell shell, string program, bool endless, TimeSpan period, string mark) =>
        endless ? shell.Lines(mark, program) : shell.Again(mark, program, period);
}
