using System.Diagnostics;
using System.Globalization;
using MELT.Host.Commands;

namespace MELT.Host.Selftests.Crash;

/// <summary>One life of the node: a process of this program, from its start until it is killed.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int LinesKept = 20;
    private readonly Process _process;
    private readonly Queue<string> _said = new();
    private readonly Task _reading;
    private readonly TaskCompletionSource<int> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process)
    {
        _process = process;
        Ended = process.WaitForExitAsync();
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorAsync());
    }

    /// <summary>Port of its broker, once it listens; stays open when it ends before.</summary>
    public Task<int> Listening => _listening.Task;

    public Task Ended { get; }

    /// <summary>The journal's address may hold a password, which others see in a command line; it goes over standard input.</summary>
    public static NodeProcess Start(IEnumerable<string> arguments, string journal)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. LaboratorySetting.Myself, "agent", "ingest-node", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";      // a life is too short for profiles
        var process = Process.Start(start) ?? throw new NodeException("the node could not be started");
        process.StandardInput.WriteLine(journal);
        process.StandardInput.Flush();
        return new(process);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed. Returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited) throw OwnEnd();
        _process.Kill();
        await Ended;
        await _reading;
    }

    /// <summary>Lets it end by itself, having stored what it holds.</summary>
    public async Task EndAsync(CancellationToken stop)
    {
        _process.StandardInput.Close();
        await Ended.WaitAsync(stop);
        await _reading;
        if (_process.ExitCode != ExitCode.Done) throw OwnEnd();
    }

    /// <summary>Why it ended though nobody had asked for it.</summary>
    public NodeException OwnEnd() => new(string.Create(CultureInfo.InvariantCulture, $"the node ended by itself with exit code {_process.ExitCode}{Said}"));

    /// <summary>The last it said on standard error, to go behind a sentence.</summary>
    public string Said { get { lock (_said) return _said.Count == 0 ? "" : ": " + string.Join(Environment.NewLine, _said); } }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await Ended;
        await _reading;
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith(IngestNode.Listens, StringComparison.Ordinal))
                _listening.TrySetResult(int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
    }

    private async Task ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > LinesKept) _said.Dequeue();
            }
    }
}

/// <summary>A node did not do its part: it ended by itself, or acknowledged nothing any more.</summary>
internal sealed class NodeException(string message, Exception? inner = null) : Exception(message, inner);
