using System.Threading.Channels;
using MELT.Actors.Ingest;
using MELT.Sensors.Mqtt;

namespace MELT.Host;

/// <summary>How a laboratory takes readings.</summary>
internal interface IIngesting
{
    /// <summary>Something of it ended and must not have; what comes to it stays unacknowledged.</summary>
    bool IsBroken { get; }

    /// <summary>Whether the broker can be reached now; our own always can.</summary>
    bool BrokerIsThere { get; }

    /// <summary>Takes nothing further; completes when what was taken is stored and acknowledged.</summary>
    Task TakeNoMoreAsync();
}

/// <summary>One pump, in this process.</summary>
internal sealed class PumpIngest : IIngesting, IAsyncDisposable
{
    private readonly IngestPump _pump;
    private readonly Func<bool> _brokerIsThere;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private bool _ending;

    private PumpIngest(IngestPump pump, ChannelReader<MqttDelivery> deliveries, Func<bool> brokerIsThere) =>
        (_pump, _brokerIsThere, _running) = (pump, brokerIsThere, pump.RunAsync(deliveries, _stop.Token));

    public static PumpIngest Start(IngestPump pump, ChannelReader<MqttDelivery> deliveries, Func<bool> brokerIsThere) => new(pump, deliveries, brokerIsThere);

    public bool IsBroken => _pump.IsBroken || (_running.IsCompleted && !_ending);
    public bool BrokerIsThere => _brokerIsThere();

    public Task TakeNoMoreAsync()
    {
        _ending = true;
        _pump.TakeNoMore();
        return _running;
    }

    /// <summary>What is not stored yet stays unacknowledged.</summary>
    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
