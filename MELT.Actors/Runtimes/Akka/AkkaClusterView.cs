using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Scheduling;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>The cluster as this node sees it, and whether it and its journal can be used just now.</summary>
public sealed class AkkaClusterView : IClusterView, IAsyncDisposable
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(2), Slow = TimeSpan.FromSeconds(10);
    private readonly (AkkaRuntime Runtime, IJournal Journal) _with;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private volatile string? _journal;
    private volatile bool _started;

    public AkkaClusterView(AkkaRuntime runtime, IJournal journal, TimeProvider time)
    {
        _with = (runtime, journal);
        _looking = LookAsync(time);
    }

    public string Runtime => "akka";

    public int Entities => _with.Runtime.Entities;

    public string Self => _with.Runtime.Cluster is { } cluster ? Text(cluster.SelfAddress) : "";

    /// <summary>Called when the runtime has started.</summary>
    public void Started() => _started = true;

    public string? Objection
    {
        get
        {
            if (_with.Runtime.Ended.IsCompleted) return "this node has left the cluster, or the others gave it up";
            if (!_started) return string.Create(CultureInfo.InvariantCulture, $"joining: {Members.Count(m => m.Reachable)} nodes have met, and {_with.Runtime.LeastMembers} have to before any begins");
            return _journal;
        }
    }

    public IReadOnlyList<ClusterMember> Members
    {
        get
        {
            if (_with.Runtime.Cluster is not { } cluster || cluster.IsTerminated) return [];
            var oldest = cluster.State.Members.Where(m => m.Status == MemberStatus.Up).OrderBy(m => m, Member.AgeOrdering).FirstOrDefault();
            return [.. cluster.State.Members.Select(m => new ClusterMember(
                Text(m.Address), [.. m.Roles.Order(StringComparer.Ordinal)], m.Status.ToString().ToLowerInvariant(), !cluster.State.Unreachable.Contains(m), m.Equals(oldest), null))];
        }
    }

    public string? AddressOf(DeviceAnswer.Standing device) =>
        device.Link is { } link && device.Reachable && _with.Runtime.Cluster is { } cluster && LinkId.MemberOf(cluster, link) is { } member ? Text(member.Address) : null;

    public async Task<string?> HomeOfAsync(string kind, string id, TimeSpan patience) => await _with.Runtime.HomeOfAsync(kind, id, patience) is { } home ? Text(home) : null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private static string Text(Address address) => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");

    /// <summary>The journal is Akka.NET's to write; that it can be reached is seen by reading.</summary>
    private async Task LookAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Rhythm, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await _with.Journal.HighestAsync($"{Scheduler.KindName}:{Scheduler.KindName}", _stop.Token).WaitAsync(Slow, time, _stop.Token);
                    _journal = null;
                }
                catch (Exception e) when (e is JournalUnavailableException or TimeoutException)
                {
                    _journal = $"the journal cannot be reached: {e.Message}";
                }
            }
        }
        catch (OperationCanceledException) { }
    }
}
