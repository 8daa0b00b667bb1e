using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Hosting;
using Akka.Persistence.Sql.Hosting;
using Akka.Remote.Hosting;
using MELT.Actors.Behaviors;
using MELT.Actors.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>
/// Runs entities on a cluster of Akka.NET: sharded by kind, stored by Akka.Persistence.Sql, facts over DistributedPubSub. MELT writes no
/// cluster of its own: this is wiring, and <c>hocon/cluster.conf</c> holds the settings.
/// </summary>
public sealed class AkkaRuntime : IActorRuntime
{
    private const string SystemName = "melt", SerializerName = "melt";

    /// <summary>Must never change during a cluster's life; about ten times the most nodes a laboratory has.</summary>
    private const int Shards = 100;

    /// <summary>Every message comes in a ShardingEnvelope, which the region reads itself.</summary>
    private static readonly HashCodeMessageExtractor Extractor = HashCodeMessageExtractor.Create(Shards, _ => null);

    private readonly AkkaOptions _options;
    private readonly EventSerializer _serializer;
    private readonly ILoggerFactory _logs;
    private readonly EntitySurroundings _around;
    private readonly ConcurrentDictionary<string, Kind> _kinds = new(StringComparer.Ordinal);
    private readonly Subscriptions _subscriptions;
    private readonly ConcurrentDictionary<Type, bool> _wanted = new();
    private readonly SemaphoreSlim _places;
    private readonly List<Action<ActorSystem>> _beside = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IHost? _host;
    private ActorSystem? _system;
    private IActorRef _facts = ActorRefs.Nobody;
    private volatile bool _stopping;

    private sealed record Kind(string Name, bool Returns, bool Moves, bool Single, Func<string, Props> Entity)
    {
        public IActorRef Region { get; set; } = ActorRefs.Nobody;
        public object Envelope(string id, object command) => Single ? command : new ShardingEnvelope(id, command);
    }

    public AkkaRuntime(AkkaOptions options, EventSerializer serializer, ILoggerFactory logs)
    {
        (_options, _serializer, _logs, _places) = (options, serializer, logs, new(options.Room, options.Room));
        _around = new(options, serializer) { Send = Send };
        _subscriptions = new(logs.CreateLogger<AkkaRuntime>());
    }

    /// <summary>The running system, for what is Akka.NET's own.</summary>
    public ActorSystem System => _system ?? throw new InvalidOperationException("The runtime has not been started.");

    /// <summary>The cluster as this node sees it; null before it has begun.</summary>
    internal Cluster? Cluster { get; private set; }

    /// <summary>Nodes that have to meet before any is up.</summary>
    internal int LeastMembers => _options.LeastMembers;

    /// <summary>Entities awake on this node.</summary>
    public int Entities => _around.Awake;

    /// <summary>Completes when this node has left the cluster, or was given up by the others.</summary>
    public Task Ended => _ended.Task;

    public void Host<TCommand, TEvent, TState>(EventSourcedBehavior<TCommand, TEvent, TState> behavior, IPerformer performer)
        where TCommand : class where TEvent : class where TState : class
    {
        Func<string, Props> incarnation = id => Props.Create(() => new IncarnationActor<TCommand, TEvent, TState>(id, behavior, performer, _around));
        Func<string, Props> entity = id => Props.Create(() => new EntityActor($"{behavior.Kind}:{id}", () => incarnation(id), _around, !behavior.IsSingleton));
        if (!_kinds.TryAdd(behavior.Kind, new(behavior.Kind, behavior.ReturnsByItself, behavior.Moves, behavior.IsSingleton, entity)))
            throw new ArgumentException($"The kind '{behavior.Kind}' is hosted already.", nameof(behavior));
    }

    /// <summary>Actors of a node that are no entities, started with the runtime.</summary>
    public void Beside(Action<ActorSystem> start) => _beside.Add(start);

    public async Task StartAsync(CancellationToken stop)
    {
        var settings = Settings.Parse(_options.Settings);
        _host = new HostBuilder()
            .ConfigureServices(services => services.AddSingleton(_logs).AddAkka(SystemName, akka => akka
                .ConfigureLoggers(log =>
                {
                    log.ClearLoggers();
                    log.AddLoggerFactory(_logs);
                })
                .AddHocon(settings, HoconAddMode.Prepend)    // what is of this node alone comes on top
                .WithRemoting(new RemoteOptions { HostName = _options.Host, Port = _options.Port })
                .WithClustering(new ClusterOptions { Roles = [.. _options.Roles], SeedNodes = [.. _options.Join.Select(Seed)], MinimumNumberOfMembers = _options.LeastMembers })
                .WithDistributedPubSub("")
                .WithSqlPersistence(_options.Journal.ConnectionString, _options.Journal.Provider, autoInitialize: false)
                .WithCustomSerializer(SerializerName, _serializer.Types, system => new MeltSerializer(system, _serializer))
                .StartActors(StartActorsAsync)))
            .Build();
        await _host.StartAsync(stop);
        _system = _host.Services.GetRequiredService<ActorSystem>();
        _ = _system.WhenTerminated.ContinueWith(_ => _ended.TrySetResult(), TaskScheduler.Default);
        global::Akka.Cluster.Cluster.Get(_system).RegisterOnMemberRemoved(() => _ended.TrySetResult());    // its shutdown may hang on what the others do not answer
        var cluster = Cluster = global::Akka.Cluster.Cluster.Get(_system);
        if (_options.Join.IsEmpty) await cluster.JoinAsync(cluster.SelfAddress, stop);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(up.SetResult);
        await up.Task.WaitAsync(stop);
        foreach (var type in _wanted.Keys) await WantAsync(type);
    }

    public void Tell(string kind, string id, object command)
    {
        Known(kind);
        if (!_stopping) Send(kind, id, command);
    }

    public async Task<object> Ask(string kind, string id, object command, TimeSpan timeout)
    {
        var known = Known(kind);
        if (_stopping) return new Failed("The runtime is stopping.");
        if (known.Region.IsNobody()) return new Failed("The node has not joined its cluster yet.");
        using var patience = new CancellationTokenSource(timeout, _options.Time);
        try
        {
            await _places.WaitAsync(patience.Token);
            try
            {
                return await known.Region.Ask<object>(known.Envelope(id, command), patience.Token);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or AskTimeoutException)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{kind}:{id} did not answer {command.GetType().Name} within {timeout.TotalSeconds} s; whether it was stored is unknown."));
        }
    }

    /// <summary>Member where an entity lives, or would; null: its shard has no home just now, or not every node answered.</summary>
    internal async Task<Address?> HomeOfAsync(string kind, string id, TimeSpan patience)
    {
        var known = Known(kind);
        if (known.Single) return Cluster?.State.Members.Where(m => m.Status == MemberStatus.Up).OrderBy(m => m, Member.AgeOrdering).FirstOrDefault()?.Address;
        try
        {
            var homes = await known.Region.Ask<ClusterShardingStats>(new GetClusterShardingStats(patience), patience);
            var shard = Extractor.ShardId(id, null);
            return homes.Regions.FirstOrDefault(region => region.Value.Stats.ContainsKey(shard)).Key;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    public IDisposable Subscribe<T>(Action<T> handler) where T : class
    {
        foreach (var type in _serializer.Types.Where(typeof(T).IsAssignableFrom))
            if (_wanted.TryAdd(type, true) && _system is not null) _ = WantAsync(type);
        return _subscriptions.Add(handler);
    }

    /// <summary>Leaves the cluster: shards are handed over once what is in their mailboxes is done.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        if (_host is null) return;
        await _host.StopAsync();
        await System.WhenTerminated;
        _host.Dispose();
    }

    private async Task StartActorsAsync(ActorSystem system, IActorRegistry registry)
    {
        _facts = system.ActorOf(Props.Create(() => new Facts(_subscriptions)), "facts");
        var sharding = ClusterSharding.Get(system);
        foreach (var kind in _kinds.Values)
            kind.Region = kind.Single ? Singleton(system, kind) : await sharding.StartAsync(kind.Name, kind.Entity, ShardingOf(system, kind), Extractor, AllocationOf(sharding, system, kind), StopEntity.Instance);
        foreach (var start in _beside) start(system);
    }

    private static ClusterShardingSettings ShardingOf(ActorSystem system, Kind kind) => ClusterShardingSettings.Create(system).WithRememberEntities(kind.Returns);

    private IShardAllocationStrategy AllocationOf(ClusterSharding sharding, ActorSystem system, Kind kind)
    {
        var usual = _options.Allocation?.Invoke(kind.Name) ?? sharding.DefaultShardAllocationStrategy(ShardingOf(system, kind));
        return kind.Moves ? usual : new Staying(usual);
    }

    /// <summary>One in the cluster, on its oldest node; everybody talks to it through a proxy.</summary>
    private static IActorRef Singleton(ActorSystem system, Kind kind)
    {
        var manager = $"{kind.Name}-singleton";
        system.ActorOf(ClusterSingletonManager.Props(kind.Entity(kind.Name), StopEntity.Instance, ClusterSingletonManagerSettings.Create(system).WithSingletonName(kind.Name)), manager);
        return system.ActorOf(ClusterSingletonProxy.Props($"/user/{manager}", ClusterSingletonProxySettings.Create(system).WithSingletonName(kind.Name)), $"{kind.Name}-proxy");
    }

    private void Send(string kind, string id, object command)
    {
        if (_kinds.TryGetValue(kind, out var known)) known.Region.Tell(known.Envelope(id, command), ActorRefs.NoSender);
        else _logs.CreateLogger<AkkaRuntime>().LogError("{Command} was sent to {Entity}, a kind that is not hosted here", command.GetType().Name, $"{kind}:{id}");
    }

    private Task WantAsync(Type type) => _facts.Ask<object>(new Facts.Want(type), TimeSpan.FromSeconds(10));

    private Kind Known(string kind) =>
        _kinds.TryGetValue(kind, out var known) ? known : throw new ArgumentException($"No behaviour of kind '{kind}' is hosted.", nameof(kind));

    private static string Seed(string address) => $"akka.tcp://{SystemName}@{address}";
}
