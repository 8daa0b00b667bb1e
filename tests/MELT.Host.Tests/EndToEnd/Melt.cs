using System.Diagnostics;
using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The real program as a child process: what it is told, what it says as it says it, how it ends.</summary>
internal sealed class Melt : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Transcript _output = new(), _error = new();
    private readonly Task _reading;

    private Melt(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(_output.ReadAsync(process.StandardOutput), _error.ReadAsync(process.StandardError));
    }

    public int Id => _process.Id;

    /// <summary>The program as this test run built it.</summary>
    public static string Program { get; } = Path.Combine(Repository.Folder, "MELT.Host", Repository.Output, "MELT.Host.dll");

    public static Task<Said> RunAsync(Place place, params string[] arguments) => RunAsync(place, Command(arguments));

    /// <summary>Runs to its end, and fails the test with everything it said when that takes too long.</summary>
    public static async Task<Said> RunAsync(Place place, ProcessStartInfo start)
    {
        await using var melt = Start(place, start);
        return await melt.EndAsync();
    }

    public static Melt Start(Place place, params string[] arguments) => Start(place, Command(arguments));

    /// <summary>Tests that a shell runs in the background inherit that Ctrl+C is ignored; the program is to hear it.</summary>
    private static ProcessStartInfo Command(string[] arguments) => new("env", ["--default-signal=INT", "dotnet", Program, .. arguments]);

    public static Melt Start(Place place, ProcessStartInfo start)
    {
        (start.WorkingDirectory, start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (place.Folder, true, true, true);
        foreach (var (name, value) in place.Environment) start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Completes with the first line, on standard output or error, that has this in it.</summary>
    public async Task<string> SaysAsync(string part)
    {
        var said = await Task.WhenAny(_output.HasAsync(part), _error.HasAsync(part)).WaitAsync(Patience);
        if (await said is { } line) return line;
        var other = await Task.WhenAll(_output.HasAsync(part), _error.HasAsync(part)).WaitAsync(Patience);
        return other.FirstOrDefault(l => l is not null) ?? throw new ShouldAssertException($"it ended without saying \"{part}\": {await EndAsync()}");
    }

    /// <summary>Port of the broker that it named on standard error.</summary>
    public async Task<int> PortAsync()
    {
        var address = (await SaysAsync("broker on ")).Split("broker on ")[1].Split(',')[0];
        return int.Parse(address.Split(':')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Nothing left to it: no handler runs, nothing is flushed.</summary>
    public void KillHard() => _process.Kill();

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public bool HasEnded => _process.HasExited;

    public Task SignalAsync(string signal) => Tool.RunAsync("kill", "-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture));

    public async Task<Said> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
            await _reading.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            throw new ShouldAssertException($"it did not end in {Patience}; it said {_output.Text}{_error.Text}");
        }
        return new(_process.ExitCode, _output.Text, _error.Text);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
