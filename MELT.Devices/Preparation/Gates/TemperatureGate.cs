using System.Globalization;

namespace MELT.Devices.Preparation.Gates;

/// <summary>How a gate was left.</summary>
/// <param name="Last">What was read last; null where the device does not tell.</param>
/// <param name="Reason">Why it did not open.</param>
public sealed record GateOutcome(bool Opened, DeviceTemperature? Last, TimeSpan Waited, string? Reason);

/// <summary>What a gate waits for, for people who watch.</summary>
public sealed record GateProgress(DeviceTemperature Now, TemperatureLimit Limit, TimeSpan Waited);

/// <summary>Lets a run begin only when the device is cool enough, and does not wait for ever.</summary>
public sealed class TemperatureGate(IThermometer thermometer, TimeProvider time)
{
    /// <summary>Reads again every <paramref name="every"/> until the limit is kept or <paramref name="patience"/> has run out.</summary>
    public async Task<GateOutcome> WaitAsync(TemperatureLimit limit, TimeSpan patience, TimeSpan every, IProgress<GateProgress>? progress, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var temperatures = await thermometer.ReadAsync(stop);
            var outcome = Judge(limit, temperatures, time.GetElapsedTime(began), patience);
            if (outcome is not null) { return outcome; }
            progress?.Report(new(limit.Find(temperatures)!.Value, limit, time.GetElapsedTime(began)));
            await Task.Delay(every, time, stop);
        }
    }

    /// <summary>Null: go on waiting.</summary>
    public static GateOutcome? Judge(TemperatureLimit limit, IReadOnlyList<DeviceTemperature> temperatures, TimeSpan waited, TimeSpan patience)
    {
        if (limit.Find(temperatures) is not { } now) { return new(false, null, waited, limit.Missing(temperatures)); }
        if (now.Celsius <= limit.Celsius) { return new(true, now, waited, null); }
        return waited < patience ? null : new(false, now, waited, string.Create(CultureInfo.InvariantCulture,
            $"after {waited.TotalSeconds:0} s {now.Place} is still at {now.Celsius:0.0} °C, above {limit.Celsius:0.0} °C: cool the device, or raise the limit or the patience"));
    }
}
