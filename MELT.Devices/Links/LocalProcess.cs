using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>A process of this machine that MELT started: when it ended is stamped at once, what it said last is kept.</summary>
internal sealed partial class LocalProcess : IDisposable
{
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly long _killsBefore = OutOfMemoryKills.Count();

    private LocalProcess(Process process, HostClock clock)
    {
        _process = process;
        Id = process.Id;
        Exit = ExitAsync(clock);
    }

    public int Id { get; }
    public Task<ProcessExit> Exit { get; }
    public TextTail LastWords { get; } = new();
    public StreamWriter Input => _process.StandardInput;
    public Stream Output => _process.StandardOutput.BaseStream;
    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Throws <see cref="LinkException"/> when there is no such executable or it cannot be started.</summary>
    public static async Task<LocalProcess> StartAsync(LocalCommand command, HostClock clock, bool redirectInput)
    {
        var path = command.Find() ?? throw new LinkException($"'{command.Executable}' cannot be started: there is no such executable{(command.Executable.Contains('/', StringComparison.Ordinal) ? "" : " in PATH")}.");
        var start = new ProcessStartInfo(path, command.Arguments)
        {
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment[ChildProcess.ParentVariable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in command.Environment) { start.Environment[name] = value; }
        try
        {
            return new(await ProcessStarter.StartAsync(start), clock);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new LinkException($"'{command}' cannot be started: {e.Message}", e);
        }
    }

    /// <summary>What it said last on standard error; after a kill, whether the kernel killed for want of memory meanwhile.</summary>
    public string? Explain(ProcessExit exit)
    {
        var kills = exit.Signal == "SIGKILL" ? OutOfMemoryKills.Count() - _killsBefore : 0;
        var words = LastWords.ToString().Trim();
        if (kills > 0) { words += $"{(words.Length == 0 ? "" : "\n")}The kernel ended {kills} process(es) for want of memory while this one ran."; }
        return words.Length == 0 ? null : words;
    }

    /// <summary>Asks the process and its children to end.</summary>
    public void AskToEnd()
    {
        if (Exit.IsCompleted) { return; }
        foreach (var id in Descendants(Id).Prepend(Id).ToList()) { _ = Signal(id, Terminate); }
    }

    /// <summary>Ends the process and its children.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in between.
        }
    }

    /// <summary>Waits for the end that long, then kills.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        try
        {
            await Exit.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exit;
        }
    }

    public void Dispose() => _process.Dispose();

    private static IEnumerable<int> Descendants(int id)
    {
        var children = $"/proc/{id}/task/{id}/children";
        return !File.Exists(children) ? [] : File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)).SelectMany(child => Descendants(child).Prepend(child));
    }

    private async Task<ProcessExit> ExitAsync(HostClock clock)
    {
        await _process.WaitForExitAsync();
        return new(clock.Now, _process.ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
