using MELT.Devices.Links;

namespace MELT.Sensors.Tests.Instruments.Remote;

/// <summary>A link that works until it is cut: its programs are heard of no more. Scripts may be given to another shell than sh.</summary>
internal sealed class LinkThatDies(ILink link, string shell = "sh") : ILink
{
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ILinkProcess> _processes = [];

    public string Name => "dying";
    public Task<string> Lost => _lost.Task;

    public void Cut(string how)
    {
        _lost.TrySetResult(how);
        foreach (var process in _processes) process.Kill();
    }

    public async Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop)
    {
        if (_lost.Task.IsCompleted) throw new LinkException("dying: the link is dead");
        var process = await link.StartAsync(command.Executable == "sh" ? command with { Executable = shell } : command, stop);
        _processes.Add(process);
        return process;
    }

    public Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop) => link.PushAsync(here, there, progress, stop);
    public Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop) => link.PullAsync(there, here, progress, stop);
    public Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => link.ForwardAsync(port, stop);
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
