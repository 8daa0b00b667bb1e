using System.Collections.Concurrent;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Instruments;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Agents;

/// <summary>The instruments of an agent's machine: they publish while a session runs, and their clock can be asked at any time.</summary>
internal sealed class AgentMeters : IAsyncDisposable
{
    private readonly (IMqttClient Client, HostPlace Place, HostClock Clock, TimeProvider Time, Action<string> Remark) _with;
    private readonly Found _found;
    private readonly ConcurrentDictionary<string, bool> _names = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _answering;

    private AgentMeters(IMqttClient client, HostPlace place, Found found, HostClock clock, TimeProvider time, Action<string> remark)
    {
        (_with, _found) = ((client, place, clock, time, remark), found);
        foreach (var instrument in found.Usable) _names[instrument.Meter.Name] = true;
        foreach (var meter in found.Sources.SelectMany(s => s.Meters)) _names[meter.Meter.Name] = true;
        _answering = new ClockAgent(client, place.Device, meter => _names.ContainsKey(meter) ? (clock.Domain, clock.Now) : null).RunAsync(_stop.Token);
    }

    /// <summary>Looks for what this machine has; that takes up to two seconds. The connection stays the caller's.</summary>
    public static async Task<AgentMeters> StartAsync(IMqttClient client, DeviceId device, HostClock clock, TimeProvider time, Action<string> remark, CancellationToken stop)
    {
        var place = new HostPlace(new HostTree(), device, clock.Domain);
        var found = await HostInstruments.DiscoverAsync(place, time, stop, new HostPrograms(clock));
        foreach (var refused in found.Refused) remark($"not used: {refused.Name} ({refused.Code}): {refused.Reason}");
        return new(client, place, found, clock, time, remark);
    }

    /// <summary>Publishes the machine's instruments and those of the engine's process until told that the session is over.</summary>
    public async Task PublishAsync(IEngine engine, CancellationToken over)
    {
        var all = engine.ProcessId is { } process ? _found.And(HostInstruments.OfProcess(_with.Place, process)) : _found;
        foreach (var instrument in all.Usable) _names[instrument.Meter.Name] = true;
        // A number that was never used before: a meter knows what is stored by its numbers.
        var publisher = new InstrumentPublisher(_with.Client, _with.Clock, _with.Time, t => _with.Remark($"{t.Meter} {t.Reason}"), _with.Clock.Now.Nanoseconds / 1000);
        await Task.WhenAll(publisher.RunAsync([.. all.Usable.Select(i => new ProbedInstrument(i))], over), publisher.RunAsync([.. all.Sources.Select(s => new ProbedSource(s))], over));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _answering;
        _stop.Dispose();
    }
}
