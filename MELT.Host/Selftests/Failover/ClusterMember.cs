using System.Globalization;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Host.Selftests.Crash;
using MELT.Host.Serve;

namespace MELT.Host.Selftests.Failover;

/// <summary>One node of the cluster, started again after each end: a process of this program under <c>melt serve</c>, seen from outside.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private readonly (string Folder, string Journal, string Broker, FollowedOrders Orders) _with;
    private readonly StreamWriter _log;
    private readonly int _http = LowPort.Free();
    private LeashedProcess? _process;

    public ClusterMember(string name, string folder, string journal, string broker, FollowedOrders orders)
    {
        (Name, _with) = (name, (folder, journal, broker, orders));
        _log = new StreamWriter(Path.Combine(folder, $"{name}.log")) { AutoFlush = true };
        Client = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_http}"), new ServeOptions());
    }

    public string Name { get; }

    /// <summary>By which the others know it.</summary>
    public string Address { get; } = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{LowPort.Free()}");

    public NodeClient Client { get; }

    /// <summary>Completes when its process ends.</summary>
    public Task Ended => Process.Ended;

    private LeashedProcess Process => _process ?? throw new InvalidOperationException("The node has not been started.");

    /// <summary>The journal's address holds a password, which others would see in a command line.</summary>
    public async Task StartAsync(IEnumerable<string> join)
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = await LeashedProcess.StartAsync(Environment.ProcessPath!,
            [.. LaboratorySetting.Myself, "serve", "--verbose", "--data", Path.Combine(_with.Folder, Name), "--join", string.Join(',', join), "--node", Address, "--bind", Client.Address["http://".Length..], "--broker", _with.Broker],
            [new("MELT_JOURNAL", _with.Journal), new("DOTNET_TieredPGO", "0")], Heard);
    }

    public Task KillAsync() => Process.KillAsync();

    /// <summary>No thread of it runs until <see cref="ContinueAsync"/>.</summary>
    public Task PauseAsync() => Process.SignalAsync("STOP");

    public Task ContinueAsync() => Process.SignalAsync("CONT");

    /// <summary>Lets it leave in good order.</summary>
    public async Task LeaveAsync(TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        if (_process is null) return;
        await Process.SignalAsync("TERM");
        if (await Ended.WaitAsync(patience, time, stop).ContinueWith(left => left.IsCompletedSuccessfully, TaskScheduler.Default)) return;
        await KillAsync();
    }

    /// <summary>It ended because the others had given it up.</summary>
    public bool WasGivenUp => Process.ExitCode == ExitCode.Failed && Process.Said.Contains(ServeRun.GaveUp, StringComparison.Ordinal);

    public NodeException OwnEnd() => new($"{Name} ended by itself{Process.Said}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        await _log.DisposeAsync();
    }

    private void Heard(string line)
    {
        lock (_log) _log.WriteLine(line);
        _with.Orders.Heard(Name, line);
    }
}
