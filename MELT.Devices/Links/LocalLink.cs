using System.Text.Json;
using System.Threading.Channels;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>
/// An engine in a child process of this machine: commands go to its standard input, events come from its standard output, and its
/// end, however it comes about, is an event too.
/// </summary>
public sealed class LocalLink : IEngine
{
    private const int LongestLine = 1 << 20;

    /// <summary>A reader so far behind stalls the engine, which shows as gaps between tokens, and loses nothing.</summary>
    private const int MostUnread = 65_536;

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(3);

    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(new BoundedChannelOptions(MostUnread) { SingleReader = false });
    private readonly CancellationTokenSource _abandoned = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly LocalProcess _process;
    private readonly HostClock _clock;
    private readonly TimeSpan _patience;
    private readonly Task _running;
    private int _disposed;

    private LocalLink(LocalProcess process, HostClock clock, TimeSpan patience)
    {
        (_process, _clock, _patience) = (process, clock, patience);
        _running = RunAsync();
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public int? ProcessId => _process.Id;

    /// <summary>Starts the child; it gets <paramref name="patience"/> to leave when asked. Throws <see cref="LinkException"/> when it cannot be started.</summary>
    public static async Task<LocalLink> StartAsync(LocalCommand command, HostClock clock, TimeSpan? patience = null) =>
        new(await LocalProcess.StartAsync(command, clock, redirectInput: true), clock, patience ?? DefaultPatience);

    /// <summary>Sends a command. To an engine that is gone it does nothing: its end is told by its events.</summary>
    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        var line = JsonSerializer.Serialize(command, EngineJson.Default.EngineCommand);
        await _sending.WaitAsync(stop);
        try
        {
            await _process.Input.WriteLineAsync(line.AsMemory(), stop);
            await _process.Input.FlushAsync(stop);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe is broken; Exited follows.
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) { return; }
        using (var asking = new CancellationTokenSource(_patience))
        {
            try
            {
                await SendAsync(new EngineCommand.Exit(), asking.Token);
                _process.Input.Close();
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
            {
                // It does not even read; it is killed below.
            }
        }
        await _process.EndAsync(_patience);
        await Ending.CompleteAsync(_running, _abandoned, _patience);
        _process.Dispose();
    }

    private async Task RunAsync()
    {
        var output = Lines.ReadAsync(_process.Output, LongestLine, _clock, TakeAsync, _process.Exit, _abandoned.Token);
        var error = Lines.ReadAsync(_process.Error, LongestLine, _clock, (line, _) => Keep(line), _process.Exit, _abandoned.Token);
        var exit = await _process.Exit;
        await Task.WhenAll(output, error);
        await Ending.WriteLastAsync(_events.Writer, _abandoned.Token, new EngineEvent.Exited(exit.At, exit.Code, exit.Signal, _process.Explain(exit)));
    }

    private async ValueTask TakeAsync(string line, Stamp at)
    {
        if (string.IsNullOrWhiteSpace(line)) { return; }
        await _events.Writer.WriteAsync(Parse(line) ?? new EngineEvent.Failed(at, null, "protocol", $"The engine wrote what is not an event: {Shorten(line)}"), _abandoned.Token);
    }

    /// <summary>Null for what is no event of an engine; its end is for its parent to tell.</summary>
    private static EngineEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EngineJson.Default.EngineEvent) is { } e and not EngineEvent.Exited ? e : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private ValueTask Keep(string line)
    {
        _process.LastWords.Add(line);
        return ValueTask.CompletedTask;
    }

    private static string Shorten(string line) => line.Length <= 200 ? line : line[..200] + "…";
}
