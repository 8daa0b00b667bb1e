using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Host.Selftests.Failover;

/// <summary>What devices were told to do under which lease, on all nodes, as their logs say.</summary>
public sealed partial class FollowedOrders
{
    private readonly List<FollowedOrder> _orders = [];

    /// <summary>By the nodes' clocks, which are this machine's one clock.</summary>
    public ImmutableArray<FollowedOrder> All { get { lock (_orders) return [.. _orders.OrderBy(o => o.At)]; } }

    /// <summary>Those that came under an old lease after a newer one's had been followed anywhere.</summary>
    public ImmutableArray<FollowedOrder> Stale
    {
        get
        {
            var newest = new Dictionary<string, long>();
            var stale = ImmutableArray.CreateBuilder<FollowedOrder>();
            foreach (var order in All)
            {
                if (order.Epoch < newest.GetValueOrDefault(order.Device)) stale.Add(order);
                else newest[order.Device] = order.Epoch;
            }
            return stale.ToImmutable();
        }
    }

    public void Heard(string node, string line)
    {
        if (Pattern().Match(line) is not { Success: true } said) return;
        lock (_orders) _orders.Add(new(Number(said.Groups[5]), node, said.Groups[3].Value, Number(said.Groups[4]), said.Groups[2].Value, said.Groups[1].Value));
    }

    public Task KeepAsync(string path, CancellationToken stop) => File.WriteAllLinesAsync(path,
        ["at,node,device,epoch,session,work", .. All.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.At},{o.Node},{o.Device},{o.Epoch},{o.Session},{o.Work}"))], stop);

    private static long Number(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"follows (\w+) of session (\S+) for device (\S+) under lease (\d+) at (\d+)$")]
    private static partial Regex Pattern();
}

/// <summary>One order that a node followed. <paramref name="At"/>: nanoseconds since 1970.</summary>
public sealed record FollowedOrder(long At, string Node, string Device, long Epoch, string Session, string Work);
