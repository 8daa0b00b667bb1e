using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>This machine as the device: programs are child processes, files are copied, ports are where they are.</summary>
public sealed class LocalLink(HostClock clock) : ILink
{
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "local";
    public Task<string> Lost => _lost.Task;

    public async Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return await LocalProcess.StartAsync(command, clock);
    }

    public Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop) => FileCopy.CopyAsync(here, there, progress, stop);

    public Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop) => FileCopy.CopyAsync(there, here, progress, stop);

    public Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => Task.FromResult<IPortForward>(new Same(port));

    public ValueTask DisposeAsync()
    {
        _lost.TrySetResult("closed");
        return ValueTask.CompletedTask;
    }

    /// <summary>The full path of an executable of this machine, or null when there is none.</summary>
    /// <param name="path">Folders to look in; null: those of PATH.</param>
    public static string? Find(string executable, string? path = null)
    {
        if (executable.Contains('/', StringComparison.Ordinal)) { return CanRun(executable) ? Path.GetFullPath(executable) : null; }
        var folders = (path ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, executable)).FirstOrDefault(CanRun);
    }

    private static bool CanRun(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private sealed record Same(int LocalPort) : IPortForward
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
