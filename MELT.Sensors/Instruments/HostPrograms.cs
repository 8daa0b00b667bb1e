using System.Collections.Immutable;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Sensors.Instruments.Nvidia;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Instruments;

/// <summary>Programs of this host that print readings: nvidia-smi, where it is in the path.</summary>
/// <param name="clock">Stamps a line when it was read.</param>
/// <param name="periods">Time between readings by the meter's name; absent: 100 ms.</param>
/// <param name="path">Folders to look in; null: those of PATH.</param>
public sealed class HostPrograms(HostClock clock, IReadOnlyDictionary<string, TimeSpan>? periods = null, string? path = null)
{
    private const string Nvidia = "nvidia-smi";
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(10);

    public async Task<Found> FindAsync(HostPlace host, TimeProvider time, CancellationToken stop)
    {
        if (LocalLink.Find(Nvidia, path) is null) return new([], []);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            await using var here = new LocalLink(clock);
            var (decoder, fields, reason) = await NvidiaSmi.AskAsync(host, async program => (await here.RunAsync(Command(program), limit.Token)).Output);
            return decoder is null ? Found.None(Nvidia, "power", $"{Nvidia}: {reason}")
                : new([], []) { Sources = [new HostProgramSource(Command(NvidiaSmi.Program(fields, periods is not null && periods.TryGetValue(Nvidia, out var own) ? own : Often)), decoder, clock)] };
        }
        catch (LinkException e) { return Found.None(Nvidia, "power", e.Message); }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested) { return Found.None(Nvidia, "power", $"{Nvidia} told nothing in {Patience.TotalSeconds:0} s"); }
    }

    private LinkCommand Command(string program)
    {
        var command = LinkCommand.Shell($"exec {program} 2>&1");
        return path is null ? command : command with { Environment = new Dictionary<string, string> { ["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}" } };
    }
}

/// <summary>A program of this host that prints a line per reading until it is ended.</summary>
internal sealed class HostProgramSource(LinkCommand command, IFrameDecoder decoder, HostClock clock) : IReadingSource
{
    public ImmutableArray<SourcedMeter> Meters { get; } = [new(decoder.Meter, decoder.About)];

    public async Task<SourceEnd> RunAsync(Func<StampedReading, ValueTask> take, CancellationToken stop)
    {
        var (lines, last) = (0L, "");
        try
        {
            await using var here = new LocalLink(clock);
            await using var process = await here.StartAsync(command, stop);
            process.Input.Close();
            using var output = new StreamReader(process.Output);
            while (await output.ReadLineAsync(stop) is { } line)
            {
                lines++;
                await take(new(decoder.Meter, clock.Now, decoder.Decode([last = line])));
            }
            var exit = await process.Exit.WaitAsync(stop);
            return new($"{command.Arguments[^1].Split(' ').ElementAtOrDefault(1)} ended (exit code {exit.Code}){(last.Length > 0 ? $", last it said {Decoding.JsonMessage.Quote(last)}" : "")}", lines, 0);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return new(null, lines, 0); }
        catch (Exception e) when (e is LinkException or IOException or ObjectDisposedException) { return new(stop.IsCancellationRequested ? null : e.Message, lines, 0); }
    }
}
