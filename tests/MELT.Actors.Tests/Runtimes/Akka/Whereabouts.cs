using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>Where a test wants the notebooks to live; the same for all nodes, whichever of them has the coordinator.</summary>
public sealed class Whereabouts
{
    private volatile LabNode? _wanted;

    public void MoveTo(LabNode node) => _wanted = node;

    /// <summary>The strategy of one node.</summary>
    public IShardAllocationStrategy SeenFrom(LabNode node) => new Strategy(this, node);

    private sealed class Strategy(Whereabouts all, LabNode here) : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
            Task.FromResult(currentShardAllocations.Keys.FirstOrDefault(IsWanted) ?? requester);

        public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
        {
            var wrong = currentShardAllocations.Keys.Any(IsWanted) ? currentShardAllocations.Where(region => !IsWanted(region.Key)).SelectMany(region => region.Value) : [];
            return Task.FromResult<IImmutableSet<string>>([.. wrong.Except(rebalanceInProgress)]);
        }

        /// <summary>A region of this node has no host in its path.</summary>
        private bool IsWanted(IActorRef region) => all._wanted is { } wanted && (region.Path.Address.Port ?? here.Port) == wanted.Port;
    }
}
