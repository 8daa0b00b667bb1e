using System.Collections.Concurrent;
using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Rules;
using MELT.Actors.Runtimes;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>What a node is told of topics that are not MELT's own.</summary>
/// <param name="Written">The rules of the laboratory's files: in force from the first message on, and adopted by the rulebook as soon as it answers.</param>
public sealed record ForeignTopicsOptions(KeptTopicsOptions Kept, ImmutableArray<SensorRule> Written)
{
    /// <summary>Names the files that the rules were read from: each node of a cluster has its own.</summary>
    public string Source { get; init; } = "sensors.conf";
    /// <summary>Topic filters of which unknown topics are kept.</summary>
    public ImmutableArray<string> Listen { get; init; } = ["#"];
    public InstrumentCatalogue Instruments { get; init; } = InstrumentCatalogue.Empty;
    /// <summary>How something is published to the broker that messages come from; null: senders are not asked for anything.</summary>
    public Func<MqttMessage, CancellationToken, Task>? Publish { get; init; }
    /// <summary>How a topic filter of a rule is subscribed to that is not listened to anyway; null: everything is.</summary>
    public Func<string, CancellationToken, Task>? Subscribe { get; init; }
}

/// <summary>
/// What this node knows of topics that are not MELT's own: the rules in force, what was kept of topics that had none, and senders that are asked to describe themselves again.
/// A rule that comes into force holds at once, and then for what was kept.
/// </summary>
public sealed class ForeignTopics : IAsyncDisposable
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10), Rhythm = TimeSpan.FromSeconds(10), BetweenRebirths = TimeSpan.FromSeconds(10);

    private readonly ForeignTopicsOptions _options;
    private readonly IActorRuntime _runtime;
    private readonly HostClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Backfill _backfill;
    private readonly ForeignMeters _meters;
    private readonly ConcurrentDictionary<string, long> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _woken = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _subscription;
    private readonly Task _running;
    private volatile SensorMap _map;
    private volatile bool _adopted;

    public ForeignTopics(ForeignTopicsOptions options, IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time, ILogger log)
    {
        (_options, _runtime, _clock, _time, _log, _map) = (options, runtime, clock, time, log, new(options.Written));
        Kept = new(options.Kept, log);
        _meters = new(runtime, time);
        Messages = new(_meters) { Noticed = AskForBirth };
        _backfill = new(runtime, journal, clock, time, log, Kept, _meters, options.Instruments);
        _subscription = runtime.Subscribe<RulesChanged>(changed =>
        {
            Use(changed.Rules);
            _woken.Release();
        });
        _running = Task.Run(RunAsync);
    }

    public KeptTopics Kept { get; }

    internal ForeignMessages Messages { get; }

    internal bool Listens(string topic) => _options.Listen.Any(filter => TopicFilter.Matches(filter, topic));

    internal ImmutableArray<RuleMatch> Find(string topic) => _map.Find(topic);

    /// <summary>The rules that operators wrote are these from now on; completes when that is stored.</summary>
    public async Task AdoptAsync(ImmutableArray<SensorRule> written, CancellationToken stop)
    {
        Use(await TellAsync(new RulebookCommand.Adopt(_options.Source, written, _clock.Now), stop));
        _adopted = true;
        _woken.Release();
    }

    /// <summary>Keeps what a device announced; the reason when it is refused.</summary>
    internal async Task<Rejection?> AnnounceAsync(string topic, ReadOnlyMemory<byte> payload, Stamp at, CancellationToken stop)
    {
        var rules = AnnouncedRules.Read(topic, payload.Span, out var refused);
        foreach (var reason in refused) _log.LogWarning("{Topic}: {Reason}", topic, reason.Text);
        if (rules.IsEmpty && !payload.IsEmpty) return refused.FirstOrDefault();
        var answer = await _runtime.AskUntilAnsweredAsync(Rulebook.KindName, Rulebook.Id, new RulebookCommand.Announce(topic, rules, at), AskTimeout, _time, stop);
        return answer is RulebookAnswer.Refused no ? new(Rejection.TooLarge, no.Reason) : null;
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _stop.CancelAsync();
        await _running;
        await Kept.DisposeAsync();
        _stop.Dispose();
        _woken.Dispose();
    }

    private void Use(ImmutableArray<SensorRule> rules)
    {
        if (!_map.Rules.ToHashSet().SetEquals(rules))
        {
            _map = new(rules);
            _meters.Keep(rules);
        }
    }

    /// <summary>What was kept is gone through again after every change, and now and then: word of a change may be lost. A step that fails is tried again.</summary>
    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
            try
            {
                Use(_adopted ? await InspectAsync() : await AdoptedAsync());
                await SubscribeAsync();
                await _backfill.RunAsync(_map, _stop.Token);
                await RestAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
            catch (Exception e)
            {
                _log.LogError(e, "Topics that are not MELT's own could not be seen to; it is tried again");
                await RestAsync();
            }
    }

    private async Task RestAsync()
    {
        try
        {
            await _woken.WaitAsync(Rhythm, _stop.Token);
            while (_woken.Wait(0, CancellationToken.None)) { }
        }
        catch (OperationCanceledException) { }
    }

    private async Task<ImmutableArray<SensorRule>> AdoptedAsync()
    {
        var rules = await TellAsync(new RulebookCommand.Adopt(_options.Source, _options.Written, _clock.Now), _stop.Token);
        _adopted = true;
        return rules;
    }

    private async Task SubscribeAsync()
    {
        if (_options.Subscribe is not { } subscribe || _options.Listen.Contains("#")) return;
        foreach (var rule in _map.Rules)
            if (TopicPattern.TryParse(rule.Topic, out var pattern, out _) && !_options.Listen.Contains(pattern.Filter) && _subscribed.Add(pattern.Filter))
                try
                {
                    await subscribe(pattern.Filter, _stop.Token);
                }
                catch (MqttException e)
                {
                    _log.LogError(e, "The broker does not let MELT listen to {Filter}, which the rule {Rule} names", pattern.Filter, rule.Name);
                }
    }

    private Task<ImmutableArray<SensorRule>> InspectAsync() => TellAsync(RulebookCommand.Inspect.Value, _stop.Token);

    private async Task<ImmutableArray<SensorRule>> TellAsync(RulebookCommand command, CancellationToken stop) =>
        ((RulebookAnswer.Standing)await _runtime.AskUntilAnsweredAsync(Rulebook.KindName, Rulebook.Id, command, AskTimeout, _time, stop)).Rules;

    /// <summary>Not again and again while the answer is on its way.</summary>
    private void AskForBirth(string topic, PayloadNotice notice)
    {
        if (_options.Publish is not { } publish || SparkplugTopic.Parse(topic) is not { } sender) return;
        var now = _time.GetTimestamp();
        if (_asked.TryGetValue(sender.Command, out var last) && _time.GetElapsedTime(last, now) < BetweenRebirths) return;
        _asked[sender.Command] = now;
        _log.LogInformation("{Node} is asked to describe itself again: {Why}", sender.Node, notice.Text);
        _ = AskAsync(publish, new(sender.Command, SparkplugRebirth.Request(_clock.Now)) { Qos = MqttQos.AtMostOnce });
    }

    private async Task AskAsync(Func<MqttMessage, CancellationToken, Task> publish, MqttMessage message)
    {
        try
        {
            await publish(message, _stop.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogWarning(e, "{Topic} could not be published", message.Topic);
        }
        catch (OperationCanceledException) { }
    }
}
