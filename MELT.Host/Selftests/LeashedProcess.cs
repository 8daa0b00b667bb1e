using System.Diagnostics;
using System.Globalization;

namespace MELT.Host.Selftests;

/// <summary>
/// A program that never outlives this process, however that ends: the shell that looks after it kills it at the end of its standard input.
/// What it says, on either stream, is told line by line.
/// </summary>
internal sealed class LeashedProcess : IAsyncDisposable
{
    private const int LinesKept = 20;

    private const string Script = """
        exec 3<&0
        trap : INT TERM HUP
        "$@" </dev/null >&2 3<&- &
        child=$!
        (exec >/dev/null 2>&1; cat <&3; kill -KILL $child) &
        guard=$!
        echo $child
        while :; do
          wait $child && code=0 || code=$?
          kill -0 $child 2>/dev/null || break
        done
        kill $guard 2>/dev/null
        exit $code
        """;

    private readonly Process _keeper;
    private readonly Queue<string> _said = new();
    private readonly Task _reading;

    private LeashedProcess(Process keeper, int id, Action<string> heard)
    {
        (_keeper, Id) = (keeper, id);
        _reading = ReadAsync(heard);
        Ended = EndAsync();
    }

    public int Id { get; }

    /// <summary>Null: it has not ended. Above 128, the signal that ended it.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Completes when it has ended and all it said was told.</summary>
    public Task Ended { get; }

    /// <summary>The last it said, to go behind a sentence.</summary>
    public string Said { get { lock (_said) return _said.Count == 0 ? "" : ": " + string.Join(Environment.NewLine, _said); } }

    public static async Task<LeashedProcess> StartAsync(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, Action<string> heard)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "leash-of-selftest", program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var keeper = Process.Start(start) ?? throw new IOException("/bin/sh could not be started");
        var id = int.Parse(await keeper.StandardOutput.ReadLineAsync() ?? throw new IOException($"{program} could not be started"), CultureInfo.InvariantCulture);
        return new(keeper, id, heard);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await Ended;
    }

    /// <summary>Such as <c>STOP</c>, <c>CONT</c>, <c>TERM</c>; without effect on one that has ended.</summary>
    public async Task SignalAsync(string signal)
    {
        if (Ended.IsCompleted) return;
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-" + signal, Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await Ended;
        _keeper.Dispose();
    }

    private async Task EndAsync()
    {
        await _keeper.WaitForExitAsync();
        await _reading;
        ExitCode = _keeper.ExitCode;
    }

    private async Task ReadAsync(Action<string> heard)
    {
        while (await _keeper.StandardError.ReadLineAsync() is { } line)
        {
            heard(line);
            lock (_said)
            {
                _said.Enqueue(line);
                if (_said.Count > LinesKept) _said.Dequeue();
            }
        }
    }
}
