using System.Text;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Ssh;

/// <summary>The standing connection. It ends with this process, however that ends: a shell at its far end waits for that.</summary>
internal sealed class SshMaster : IAsyncDisposable
{
    private const int LongestLine = 4_096;
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(20), Leaving = TimeSpan.FromSeconds(2);

    private readonly LocalProcess _process;
    private readonly string _folder;
    private readonly TextTail _words = new();
    private readonly Task _reading;

    private SshMaster(LocalProcess process, string folder, HostClock clock)
    {
        (_process, _folder) = (process, folder);
        _reading = Lines.ReadAsync(process.Error, LongestLine, clock, Keep, process.Exit, CancellationToken.None);
        Exit = ExitAsync();
    }

    public string LastWords => _words.ToString().Trim();
    public Task<ProcessExit> Exit { get; }

    public static async Task<SshMaster> StartAsync(SshTarget target, LinkCommand command, string folder, HostClock clock, CancellationToken stop)
    {
        var master = new SshMaster(await LocalProcess.StartAsync(command, clock), folder, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(OpenPatience);
        try
        {
            var output = new StreamReader(master._process.Output, Encoding.UTF8);
            while (await output.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.Trim() == SshProgram.Ready) { return master; }
            }
            await master.Exit.WaitAsync(patience.Token);
            throw new LinkException($"ssh {target}: {SshComplaint.Explain(master.LastWords, target)}");
        }
        catch (Exception e)
        {
            await master.DisposeAsync();
            if (e is not OperationCanceledException || stop.IsCancellationRequested) { throw; }
            throw new LinkException($"ssh {target}: the device's shell did not answer within {OpenPatience.TotalSeconds:0} s. {SshComplaint.Explain(master.LastWords, target)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Input.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
        await _process.EndAsync(Leaving);
        await _process.DisposeAsync();
        SshFolder.Remove(_folder);
    }

    /// <summary>Only when its last words are read, too.</summary>
    private async Task<ProcessExit> ExitAsync()
    {
        var exit = await _process.Exit;
        await _reading;
        return exit;
    }

    private ValueTask Keep(string line, Stamp at)
    {
        _words.Add(line);
        return ValueTask.CompletedTask;
    }
}
