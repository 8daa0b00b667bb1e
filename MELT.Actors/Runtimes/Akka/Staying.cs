using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>Places shards where another strategy would, and leaves them there: what moves is interrupted.</summary>
internal sealed class Staying(IShardAllocationStrategy first) : IActorSystemDependentAllocationStrategy
{
    public void Start(ActorSystem system)
    {
        if (first is IActorSystemDependentAllocationStrategy strategy) strategy.Start(system);
    }

    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        first.AllocateShard(requester, shardId, currentShardAllocations);

    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);
}
