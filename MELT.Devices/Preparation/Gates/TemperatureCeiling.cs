using System.Globalization;

namespace MELT.Devices.Preparation.Gates;

/// <summary>Watches a run and says when it must end, since the device is too hot. Each look costs the device a little work, so it looks seldom.</summary>
public sealed class TemperatureCeiling(IThermometer thermometer, TimeProvider time)
{
    /// <summary>
    /// Completes with the reason when the limit is exceeded or cannot be watched. Throws <see cref="OperationCanceledException"/> when stopped
    /// and <see cref="Links.LinkException"/> when the link dies.
    /// </summary>
    public async Task<string> WatchAsync(TemperatureLimit limit, TimeSpan every, CancellationToken stop)
    {
        while (true)
        {
            if (Judge(limit, await thermometer.ReadAsync(stop)) is { } reason) { return reason; }
            await Task.Delay(every, time, stop);
        }
    }

    /// <summary>Null: go on.</summary>
    public static string? Judge(TemperatureLimit limit, IReadOnlyList<DeviceTemperature> temperatures) => limit.Find(temperatures) switch
    {
        null => $"the ceiling of {limit.Celsius.ToString("0.0", CultureInfo.InvariantCulture)} °C cannot be watched: {limit.Missing(temperatures)}",
        { } now when now.Celsius > limit.Celsius => string.Create(CultureInfo.InvariantCulture, $"{now.Place} reached {now.Celsius:0.0} °C, above the ceiling of {limit.Celsius:0.0} °C"),
        _ => null,
    };
}
