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
    /// <summary>Topic filters of which unknown topics are kept.</summary>
    public ImmutableArray<string> Listen { get; init; } = ["#"];
    public InstrumentCatalogue Instruments { get; init; } = InstrumentCatalogue.Empty;
    /// <summary>How something is published to the broker that messages come from; null: senders are not asked for anything.</summary>
    public Func<MqttMessage, CancellationToken, Task>? Publish { get; init; }
    /// <summary>How the connection that readings come on is subscribed to the topic filter of a rule; null: everything comes on it.</summary>
    public Func<string, CancellationToken, Task>? Subscribe { get; init; }
    /// <summary>
    /// Opens a connection of its own, on which unknown topics and announcements are heard; null: they come with the readings. At another broker they must not:
    /// it keeps what it has for readings while MELT is away, and everybody's messages would crowd them out.
    /// </summary>
    public Func<CancellationToken, Task<IMqttClient>>? Connect { get; init; }
    /// <summary>Before the filters that are heard, where several nodes share them.</summary>
    public string Share { get; init; } = "";
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
    private readonly SemaphoreSlim _woken = new(0), _unwoken = new(0), _changing = new(1), _adopting = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _subscription;
    private readonly Task _running;
    private volatile SensorMap _map;
    private bool _adopted;

    public ForeignTopics(ForeignTopicsOptions options, IActorRuntime runtime, IJournal journal, HostClock clock, TimeProvider time, ILogger log)
    {
        (_options, _runtime, _clock, _time, _log, _map) = (options, runtime, clock, time, log, new(options.Written));
        Kept = new(options.Kept, log);
        _meters = new(runtime, time);
        Messages = new(_meters) { Noticed = AskForBirth };
        _backfill = new(runtime, journal, clock, time, log, Kept, _meters, options.Instruments);
        _subscription = runtime.Subscribe<RulesChanged>(_ => _woken.Release());
        _running = Task.WhenAll(Task.Run(RunAsync), options.Connect is null ? Task.CompletedTask : Task.Run(HearAsync));
    }

    public KeptTopics Kept { get; }

    internal ForeignMessages Messages { get; }

    /// <summary>What nobody knows is handed over by whoever takes readings.</summary>
    internal bool Listens(string topic) => _options.Connect is null && _options.Listen.Any(filter => TopicFilter.Matches(filter, topic));

    internal ImmutableArray<RuleMatch> Find(string topic) => _map.Find(topic);

    /// <summary>The rules that operators wrote are these from now on; completes when that is stored.</summary>
    public async Task AdoptAsync(ImmutableArray<SensorRule> written, CancellationToken stop)
    {
        await UseAsync(await AdoptedAsync(written, stop), stop);
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
        _unwoken.Dispose();
        _changing.Dispose();
        _adopting.Dispose();
    }

    /// <summary>Topics of new rules are subscribed to before they are known: what comes meanwhile is kept, and not lost.</summary>
    private async Task UseAsync(ImmutableArray<SensorRule> rules, CancellationToken stop)
    {
        await _changing.WaitAsync(stop);
        try
        {
            foreach (var rule in rules) await SubscribeAsync(rule, stop);
            if (_map.Rules.ToHashSet().SetEquals(rules)) return;
            _map = new(rules);
            _meters.Keep(rules);
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task SubscribeAsync(SensorRule rule, CancellationToken stop)
    {
        if (_options.Subscribe is not { } subscribe || !TopicPattern.TryParse(rule.Topic, out var pattern, out _) || _subscribed.Contains(pattern.Filter)) return;
        try
        {
            await subscribe(pattern.Filter, stop);
            _subscribed.Add(pattern.Filter);
        }
        catch (MqttException e)
        {
            _subscribed.Add(pattern.Filter);                  // it will not be let the next time either
            _log.LogError(e, "The broker does not let MELT listen to {Filter}, which the rule {Rule} names", pattern.Filter, rule.Name);
        }
    }

    /// <summary>What was kept is gone through again after every change, and now and then: word of a change may be lost. A step that fails is tried again.</summary>
    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
            try
            {
                await UseAsync(await AdoptedAsync(null, _stop.Token), _stop.Token);
                await _backfill.RunAsync(_map, _stop.Token);
                await RestAsync(_woken);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
            catch (Exception e)
            {
                _log.LogError(e, "Topics that are not MELT's own could not be seen to; it is tried again");
                await RestAsync(_woken);
            }
    }

    private async Task RestAsync(SemaphoreSlim woken)
    {
        try
        {
            await woken.WaitAsync(Rhythm, _stop.Token);
            while (woken.Wait(0, CancellationToken.None)) { }
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>One after another: what the files said first must not come to the rulebook after what they say now.</summary>
    /// <param name="written">Null: what they said first, unless something newer was adopted meanwhile.</param>
    private async Task<ImmutableArray<SensorRule>> AdoptedAsync(ImmutableArray<SensorRule>? written, CancellationToken stop)
    {
        await _adopting.WaitAsync(stop);
        try
        {
            if (_adopted && written is null) return await TellAsync(RulebookCommand.Inspect.Value, stop);
            var rules = await TellAsync(new RulebookCommand.Adopt($"sensors.conf of {Kept.Id}", written ?? _options.Written, _clock.Now), stop);
            _adopted = true;
            return rules;
        }
        finally
        {
            _adopting.Release();
        }
    }

    /// <summary>Until stopped; a broker that refuses is asked again, since unknown topics are no reason to stop taking readings.</summary>
    private async Task HearAsync()
    {
        while (!_stop.IsCancellationRequested)
            try
            {
                await using var client = await _options.Connect!(_stop.Token);
                foreach (var filter in _options.Listen) await client.SubscribeAsync(_options.Share + filter, MqttQos.AtLeastOnce, _stop.Token);
                _log.LogInformation("Unknown topics are heard: {Filters}", string.Join(", ", _options.Listen));
                await foreach (var delivery in client.Deliveries.ReadAllAsync(_stop.Token)) await HearAsync(delivery);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
            catch (Exception e)
            {
                _log.LogWarning(e, "Unknown topics cannot be heard; it is tried again");
                await RestAsync(_unwoken);
            }
    }

    private async Task HearAsync(MqttDelivery delivery)
    {
        var message = Incoming.Read(delivery, _clock.At(delivery.ArrivedAt));
        if (message is Incoming.Announced a && await AnnounceAsync(delivery.Topic, delivery.Payload, a.At, _stop.Token) is { } refused) _log.LogWarning("{Topic}: {Reason}", delivery.Topic, refused.Text);
        if (message is not Incoming.Foreign f || !Find(delivery.Topic).IsEmpty) { delivery.Acknowledge(); return; }
        IngestCounters.Received();
        IngestCounters.Unknown();
        Kept.Keep(delivery, f.At);
    }

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
