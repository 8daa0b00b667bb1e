using System.Collections.Immutable;
using System.Globalization;
using MELT.Actors.Meters;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Host.Commands;
using MELT.Host.Selftests.Crash;
using MELT.Host.Serve;
using MELT.Sensors.Meters;

namespace MELT.Host.Selftests.Failover;

/// <summary>The nodes under test, and what they say of themselves and each other.</summary>
internal sealed class FailoverCluster(ImmutableArray<ClusterMember> members, TimeProvider time, Action<string> note) : IAsyncDisposable
{
    /// <summary>A cluster that has not come together for so long does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120), AnswerPatience = TimeSpan.FromSeconds(5), BetweenTries = TimeSpan.FromMilliseconds(100);

    public ImmutableArray<ClusterMember> Members => members;

    /// <summary>Nodes that the others gave up, and that ended by themselves.</summary>
    public int GivenUp { get; private set; }

    public IEnumerable<string> Addresses => members.Select(m => m.Address);

    public Task StartAsync(ClusterMember member) => member.StartAsync(Addresses);

    /// <summary>
    /// Returns when every node is ready and sees every other. Who was given up by the others and ended is started again, as a machine's
    /// service manager does; any other end, or too long a wait, throws <see cref="NodeException"/>.
    /// </summary>
    public async Task TogetherAsync(CancellationToken stop)
    {
        for (var begun = time.GetTimestamp(); ; await Task.Delay(BetweenTries, time, stop))
        {
            foreach (var ended in members.Where(m => m.Ended.IsCompleted)) await ReviveAsync(ended);
            var objections = await Task.WhenAll(members.Select(m => ObjectionAsync(m, stop)));
            if (objections.All(o => o is null)) return;
            if (time.GetElapsedTime(begun) > Patience)
                throw new NodeException(string.Create(CultureInfo.InvariantCulture, $"the nodes did not come together within {Patience.TotalSeconds:0} s: {string.Join("; ", objections.Where(o => o is not null))}"));
        }
    }

    /// <summary>The node that is to be struck; null: nobody is that just now.</summary>
    public async Task<ClusterMember?> FindAsync(Strike strike, ImmutableArray<MeterId> meters, CancellationToken stop)
    {
        var any = members[(int)(strike.Choice * members.Length)].Client;
        var address = strike.Target switch
        {
            Targets.Meter => await HomeAsync(any, Meter.KindName, meters[(int)(strike.Choice * meters.Length)].ToString(), stop),
            Targets.Session => (await ClusterAsync(any, stop))?.Devices.FirstOrDefault(d => d.LeasedTo is not null)?.LeasedTo is { } session ? await HomeAsync(any, Session.KindName, session, stop) : null,
            Targets.Link => (await ClusterAsync(any, stop))?.Devices.FirstOrDefault(d => d is { LeasedTo: not null, Node: not null })?.Node,
            _ => await HomeAsync(any, Scheduler.KindName, Scheduler.KindName, stop),
        };
        return members.FirstOrDefault(m => m.Address == address);
    }

    /// <summary>Meters that live on this node.</summary>
    public async Task<ImmutableArray<MeterId>> MetersOnAsync(ClusterMember member, ImmutableArray<MeterId> meters, CancellationToken stop)
    {
        var homes = await Task.WhenAll(meters.Select(async meter => (Meter: meter, Home: await HomeAsync(member.Client, Meter.KindName, meter.ToString(), stop))));
        return [.. homes.Where(h => h.Home == member.Address).Select(h => h.Meter)];
    }

    /// <summary>What a meter holds as a node says within a moment; null: it does not.</summary>
    public Task<MeterAnswer?> MeterAsync(ClusterMember member, MeterId meter, CancellationToken stop) => AnswerAsync(patience => member.Client.MeterAsync(meter, patience), stop);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members) await member.DisposeAsync();
    }

    private static Task<string?> HomeAsync(NodeClient node, string kind, string id, CancellationToken stop) => AnswerAsync(patience => node.HomeAsync(kind, id, patience), stop);

    private static Task<ClusterAnswer?> ClusterAsync(NodeClient node, CancellationToken stop) => AnswerAsync(node.ClusterAsync, stop);

    private async Task ReviveAsync(ClusterMember ended)
    {
        if (!ended.WasGivenUp) throw ended.OwnEnd();
        GivenUp++;
        note($"{ended.Name} was given up and ended");
        await StartAsync(ended);
    }

    private async Task<string?> ObjectionAsync(ClusterMember member, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerPatience);
        try
        {
            await member.Client.ReadyAsync(limit.Token);
            var cluster = await member.Client.ClusterAsync(limit.Token);
            var seen = cluster.Members.Where(m => m is { Status: "up", Reachable: true }).Select(m => m.Address).Order(StringComparer.Ordinal).ToList();
            return seen.SequenceEqual(Addresses.Order(StringComparer.Ordinal)) && cluster.Members.Count == members.Length ? null : $"{member.Name} sees {string.Join(", ", cluster.Members.Select(m => $"{m.Address} {m.Status}"))}";
        }
        catch (Exception e) when (e is NodeUnreachableException or CommandException) { return e.Message; }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested) { return $"{member.Name} does not answer"; }
    }

    private static async Task<T?> AnswerAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken stop) where T : class?
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerPatience);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e) when (e is NodeUnreachableException or CommandException) { return null; }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested) { return null; }
    }
}
