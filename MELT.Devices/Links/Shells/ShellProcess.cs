using System.Text;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Shells;

/// <summary>A program that was started through a shell of the device. It is ended by a second shell that knows its number.</summary>
internal sealed class ShellProcess : ILinkProcess
{
    private const int LongestGreeting = 65_536;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Reason = TimeSpan.FromSeconds(1);

    private readonly ShellLink _link;
    private readonly IShellChannel _channel;
    private readonly HostClock _clock;
    private readonly int _above;
    private readonly Lazy<Task> _killing;

    private ShellProcess(ShellLink link, IShellChannel channel, (int Above, int Program) started, HostClock clock)
    {
        (_link, _channel, _clock, _above, Id) = (link, channel, clock, started.Above, started.Program);
        _killing = new(KillAsync);
        Exit = ExitAsync();
    }

    public int? Id { get; }
    public Stream Input => _channel.Input;
    public Stream Output => _channel.Output;
    public Stream Error => _channel.Error;
    public Task<ProcessExit> Exit { get; }

    public static async Task<ShellProcess> StartAsync(ShellLink link, IShellChannel channel, LinkCommand command, HostClock clock, CancellationToken stop)
    {
        try
        {
            for (var read = 0; read < LongestGreeting;)
            {
                if (await ReadLineAsync(channel.Output, stop) is not { } line) { break; }
                if (ShellScripts.TryReadStart(line, out var started))
                {
                    return new(link, channel, started ?? throw new LinkException($"{link.Name}: '{command.Executable}' cannot be started: there is no such executable on the device."), clock);
                }
                read += line.Length + 1;
            }
            channel.Hurry();
            var words = await new StreamReader(channel.Error).ReadToEndAsync(stop);
            throw new LinkException($"{link.Name}: '{command.Executable}' cannot be started: {(words.Trim() is { Length: > 0 } said ? said : "the device's shell said nothing")}");
        }
        catch
        {
            channel.Cut();
            throw;
        }
    }

    public void AskToEnd()
    {
        if (!Exit.IsCompleted) { _ = SignalAsync(ShellScripts.AskToEnd(_above)); }
    }

    public void Kill()
    {
        if (!Exit.IsCompleted) { _ = _killing.Value; }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Exit.IsCompleted) { await _killing.Value; }
        await Exit;
        _channel.Cut();
    }

    private async Task KillAsync()
    {
        _channel.Hurry();
        await SignalAsync(ShellScripts.Kill(_above));
        try
        {
            await Exit.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _channel.Cut();
        }
    }

    private async Task SignalAsync(string script)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _link.RunScriptAsync(script, patience.Token);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            // The device cannot be told; what is heard of the program ends below.
        }
    }

    private async Task<ProcessExit> ExitAsync()
    {
        await Task.WhenAny(_channel.Exit, _link.Lost);
        if (_channel.Exit.IsCompleted && await _channel.Exit is { Code: not null } exit) { return exit; }
        _channel.Cut();
        var at = _clock.Now;
        await Task.WhenAny(_link.Lost, Task.Delay(Reason));
        return new(at, null, _link.Lost.IsCompleted ? await _link.Lost : "nothing more was heard of the program");
    }

    /// <summary>Byte by byte, so that nothing of what follows is taken.</summary>
    private static async Task<string?> ReadLineAsync(Stream from, CancellationToken stop)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await from.ReadAsync(one, stop) > 0)
        {
            if (one[0] == '\n') { return Encoding.UTF8.GetString([.. line]).TrimEnd('\r'); }
            line.Add(one[0]);
            if (line.Count == LongestGreeting) { break; }
        }
        return null;
    }
}
