using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices;
using MELT.Devices.Time;
using MELT.Host.Selftests.Crash;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Selftests.Failover;

/// <summary>Strikes nodes of a cluster while meters publish and sessions run, and keeps outside what was accepted and when who was struck.</summary>
internal sealed class FailoverTrial(FailoverOptions options, FailoverCluster cluster, int broker, Ledger ledger, TimeProvider time, CancellationToken stop) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120), BetweenMessages = TimeSpan.FromMilliseconds(50), BetweenTries = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private readonly ImmutableArray<NumberedMeter> _meters = NumberedMeter.Several(options.Seed, HostClock.Start(time));
    private readonly List<CrashPublisher> _publishers = [];
    private readonly List<Failover> _failovers = [];
    private readonly Dictionary<string, int> _targets = [];
    private string? _experiment;

    /// <summary>Of kills of a node where a meter of ours lived.</summary>
    public IReadOnlyList<Failover> Failovers => _failovers;

    /// <summary>By what the struck node was found.</summary>
    public IReadOnlyDictionary<string, int> Struck => _targets;
    public int Kills { get; private set; }
    public int Pauses { get; private set; }

    /// <summary>From the first node's start to the last acknowledged reading; throws <see cref="NodeException"/> when a node does not do its part.</summary>
    public async Task RunAsync(Action<int> struck)
    {
        await Task.WhenAll(cluster.Members.Select(cluster.StartAsync));
        await cluster.TogetherAsync(stop);
        await SubscribedAsync();
        foreach (var meter in _meters) _publishers.Add(await CrashPublisher.BeginAsync(broker, meter, ledger, time, stop, BetweenMessages));
        _experiment = await cluster.Members[0].Client.BeginAsync(FailoverPlan.Text, stop);
        var strikes = new Strikes(options.Seed);
        for (var i = 0; i < options.Strikes; i++)
        {
            await StrikeAsync(i < options.Kills ? strikes.Kill() : strikes.Pause());
            struck(i + 1);
        }
    }

    /// <summary>Publishes nothing more, gives the experiment up, and waits until the broker holds nothing any more: <paramref name="missing"/> says how many readings are not stored yet.</summary>
    public async Task DrainAsync(Func<Task<long>> missing)
    {
        foreach (var publisher in _publishers) await publisher.FinishAsync();
        await cluster.Members[0].Client.CancelAsync(_experiment!, stop);
        var (least, since) = (long.MaxValue, time.GetTimestamp());
        while (await missing() is var left and > 0 && time.GetElapsedTime(since) < Patience)
        {
            if (left < least) (least, since) = (left, time.GetTimestamp());
            await Task.Delay(BetweenLooks, time, stop);
        }
        for (since = time.GetTimestamp(); (await cluster.Members[0].Client.ExperimentAsync(_experiment!, stop)).Status == "unfinished"; await Task.Delay(BetweenLooks, time, stop))
            if (time.GetElapsedTime(since) > Patience) throw new NodeException($"experiment {_experiment} did not end within {Patience.TotalSeconds:0} s after it was cancelled");
        ledger.Note("drained");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers) await publisher.DisposeAsync();
    }

    /// <summary>A broker throws away what is published before anybody has subscribed; from the first stored reading on somebody has.</summary>
    private async Task SubscribedAsync()
    {
        var probe = new NumberedMeter(new(new DeviceId("bench-0"), "probe"), blocks: false, options.Seed, HostClock.Start(time));
        await using var client = await MqttClient.ConnectAsync(new MqttClientOptions { Host = "127.0.0.1", Port = broker, ClientId = "selftest-probe" }, time, stop);
        for (var begun = time.GetTimestamp(); await cluster.MeterAsync(cluster.Members[0], probe.Id, stop) is null; await Task.Delay(BetweenLooks, time, stop))
        {
            if (time.GetElapsedTime(begun) > Patience) throw new NodeException("no reading was stored though the nodes say that they are ready");
            await client.PublishAsync(probe.Next().Message, stop);
        }
    }

    private async Task StrikeAsync(Strike strike)
    {
        await Task.Delay(strike.Before, time, stop);
        var found = await cluster.FindAsync(strike, [.. _meters.Select(m => m.Id)], stop);
        var (victim, by) = found is null ? (cluster.Members[(int)(strike.Choice * cluster.Members.Length)], "any") : (found, strike.Target);
        _targets[by] = _targets.GetValueOrDefault(by) + 1;
        if (strike is Strike.Kill kill) await KillAsync(kill, victim, by);
        else await PauseAsync((Strike.Pause)strike, victim, by);
        ledger.Note("together");
    }

    private async Task KillAsync(Strike.Kill strike, ClusterMember victim, string by)
    {
        var here = await cluster.MetersOnAsync(victim, [.. _meters.Select(m => m.Id)], stop);
        var watched = here.IsEmpty ? null : _meters.First(m => m.Id == here[(int)(strike.Choice * here.Length)]);
        var before = watched is null ? null : await cluster.MeterAsync(victim, watched.Id, stop);
        ledger.Note($"killed {victim.Name} ({by})");
        var at = time.GetTimestamp();
        await victim.KillAsync();
        Kills++;
        var over = before is null ? Task.CompletedTask : WatchAsync(victim, watched!, before.Highest ?? 0, at);
        await Task.Delay(strike.Rest, time, stop);
        await cluster.StartAsync(victim);
        await Task.WhenAll(over, cluster.TogetherAsync(stop));
    }

    /// <summary>Until another node returns what was stored before the kill, and has stored a reading that was made after it.</summary>
    private async Task WatchAsync(ClusterMember victim, NumberedMeter meter, long stored, long at)
    {
        var (last, others, returned) = (meter.Last, cluster.Members.Where(m => m != victim).ToArray(), (TimeSpan?)null);
        for (var i = 0; ; i++)
        {
            var highest = (await cluster.MeterAsync(others[i % others.Length], meter.Id, stop))?.Highest ?? 0;
            var elapsed = time.GetElapsedTime(at);
            if (highest >= stored) returned ??= elapsed;
            if (highest > last)
            {
                ledger.Note(string.Create(CultureInfo.InvariantCulture, $"{meter.Id} is back after {elapsed.TotalSeconds:F3} s"));
                _failovers.Add(new(returned!.Value, elapsed));
                return;
            }
            if (elapsed > Patience) throw new NodeException($"{meter.Id} was not taken over within {Patience.TotalSeconds:0} s after {victim.Name} had been killed");
            await Task.Delay(BetweenTries, time, stop);
        }
    }

    private async Task PauseAsync(Strike.Pause strike, ClusterMember victim, string by)
    {
        ledger.Note(string.Create(CultureInfo.InvariantCulture, $"paused {victim.Name} for {strike.Length.TotalSeconds:F1} s ({by})"));
        await victim.PauseAsync();
        await Task.Delay(strike.Length, time, stop);
        await victim.ContinueAsync();
        Pauses++;
        await cluster.TogetherAsync(stop);
    }
}

/// <summary>After a kill: until another node returned what had been stored, and until it stored a newer reading.</summary>
internal sealed record Failover(TimeSpan Returned, TimeSpan Stored);
