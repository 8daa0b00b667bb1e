using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Agent;

/// <summary>
/// An engine in a process at the end of a link: commands go to its standard input, events come from its standard output, and its
/// end, however it comes about, is an event too.
/// </summary>
public sealed class AgentEngine : IEngine
{
    private const int LongestLine = 1 << 20;

    /// <summary>A reader so far behind stalls the engine, which shows as gaps between tokens, and loses nothing.</summary>
    private const int MostUnread = 65_536;

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(3);

    private readonly Channel<EngineEvent> _events = Channel.CreateBounded<EngineEvent>(new BoundedChannelOptions(MostUnread) { SingleReader = false });
    private readonly CancellationTokenSource _abandoned = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly TextTail _lastWords = new();
    private readonly ILinkProcess _process;
    private readonly HostClock _clock;
    private readonly TimeSpan _patience;
    private readonly Task _running;
    private int _disposed;

    private AgentEngine(ILinkProcess process, HostClock clock, TimeSpan patience)
    {
        (_process, _clock, _patience) = (process, clock, patience);
        _running = RunAsync();
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    /// <summary>Its number where it runs; null where that is not known.</summary>
    public int? ProcessId => _process.Id;

    /// <summary>Starts it; it gets <paramref name="patience"/> to leave when asked. Throws <see cref="LinkException"/> when it cannot be started.</summary>
    public static async Task<AgentEngine> StartAsync(ILink link, LinkCommand command, HostClock clock, TimeSpan? patience = null, CancellationToken stop = default) =>
        new(await link.StartAsync(command, stop), clock, patience ?? DefaultPatience);

    /// <summary>Sends a command. To an engine that is gone it does nothing: its end is told by its events.</summary>
    public async ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        var line = JsonSerializer.Serialize(command, EngineJson.Default.EngineCommand);
        await _sending.WaitAsync(stop);
        try
        {
            await _process.Input.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), stop);
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
        await _process.DisposeAsync();
    }

    private async Task RunAsync()
    {
        var output = Lines.ReadAsync(_process.Output, LongestLine, _clock, TakeAsync, _process.Exit, _abandoned.Token);
        var error = Lines.ReadAsync(_process.Error, LongestLine, _clock, (line, _) => Keep(line), _process.Exit, _abandoned.Token);
        var exit = await _process.Exit;
        await Task.WhenAll(output, error);
        await Ending.WriteLastAsync(_events.Writer, _abandoned.Token, new EngineEvent.Exited(exit.At, exit.Code, exit.Signal, exit.Explain(_lastWords)));
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
        _lastWords.Add(line);
        return ValueTask.CompletedTask;
    }

    private static string Shorten(string line) => line.Length <= 200 ? line : line[..200] + "…";
}
