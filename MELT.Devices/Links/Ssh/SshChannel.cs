using MELT.Devices.Links.Shells;

namespace MELT.Devices.Links.Ssh;

/// <summary>A script that runs at the end of one ssh program.</summary>
internal sealed class SshChannel : IShellChannel
{
    private readonly LocalProcess _ssh;
    private readonly OutputBuffer _output = new(), _error = new();
    private volatile bool _cut;

    /// <param name="isAlive">Whether the link still stands: ssh's own failures and a program's exit code 255 look alike.</param>
    public SshChannel(LocalProcess ssh, Func<Task<bool>> isAlive)
    {
        _ssh = ssh;
        _ = _output.FillAsync(ssh.Output);
        _ = _error.FillAsync(ssh.Error);
        Exit = ExitAsync(isAlive);
    }

    public Stream Input => _ssh.Input;
    public Stream Output => _output.Reading;
    public Stream Error => _error.Reading;
    public Task<ProcessExit> Exit { get; }

    public void Hurry()
    {
        _output.Hurry();
        _error.Hurry();
    }

    public void Cut()
    {
        Hurry();
        if (_ssh.Exit.IsCompleted) { return; }
        _cut = true;
        _ssh.Kill();
    }

    private async Task<ProcessExit> ExitAsync(Func<Task<bool>> isAlive)
    {
        const int OwnFailure = 255;
        var exit = await _ssh.Exit;
        return _cut || (exit.Code == OwnFailure && !await isAlive()) ? new(exit.At, null) : new(exit.At, exit.Code);
    }
}
