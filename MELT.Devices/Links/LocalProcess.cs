using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>A process of this machine that MELT started; when it ended is stamped at once.</summary>
internal sealed partial class LocalProcess : ILinkProcess
{
    private const int Terminate = 15;
    private readonly Process _process;
    private readonly long _killsBefore = OutOfMemoryKills.Count();

    private LocalProcess(Process process, HostClock clock)
    {
        _process = process;
        Number = process.Id;
        Exit = ExitAsync(clock);
    }

    public int Number { get; }
    public int? Id => Number;
    public Task<ProcessExit> Exit { get; }
    public Stream Input => _process.StandardInput.BaseStream;
    public Stream Output => _process.StandardOutput.BaseStream;
    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Throws <see cref="LinkException"/> when there is no such executable or it cannot be started.</summary>
    public static async Task<LocalProcess> StartAsync(LinkCommand command, HostClock clock)
    {
        var path = LocalLink.Find(command.Executable) ?? throw new LinkException($"'{command.Executable}' cannot be started: there is no such executable{(command.Executable.Contains('/', StringComparison.Ordinal) ? "" : " in PATH")}.");
        var start = new ProcessStartInfo(path, command.Arguments)
        {
            RedirectStandardInput = !command.SharesInput,
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

    public void AskToEnd()
    {
        if (Exit.IsCompleted) { return; }
        foreach (var id in Descendants(Number).Prepend(Number).ToList()) { _ = Signal(id, Terminate); }
    }

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

    public async ValueTask DisposeAsync()
    {
        if (!Exit.IsCompleted) { Kill(); }
        await Exit;
        _process.Dispose();
    }

    private static IEnumerable<int> Descendants(int id)
    {
        var children = $"/proc/{id}/task/{id}/children";
        return !File.Exists(children) ? [] : File.ReadAllText(children).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)).SelectMany(child => Descendants(child).Prepend(child));
    }

    private async Task<ProcessExit> ExitAsync(HostClock clock)
    {
        await _process.WaitForExitAsync();
        var exit = new ProcessExit(clock.Now, _process.ExitCode);
        var kills = exit.Signal == "SIGKILL" ? OutOfMemoryKills.Count() - _killsBefore : 0;
        return kills > 0 ? exit with { Remark = $"The kernel ended {kills} process(es) for want of memory while this one ran." } : exit;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
