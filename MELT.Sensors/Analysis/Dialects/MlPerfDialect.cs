using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>
/// MLPerf Power's mean (docs/metrics.md, "Dialects"): every sample stamped inside the window counts once, however long it lasted, and stamps are
/// compared as they were written, since the rules ask for clocks that agree. Repeated stamps count each time; gaps count for nothing.
/// </summary>
public static class MlPerfDialect
{
    public const string Name = "mlperf";
    private const string Rule = "unweighted mean of the samples stamped inside the window × its duration; stamps as written";

    /// <summary>One value for each request and channel of power; sums of grid integers, so exact but for the last division.</summary>
    public static DialectResults Of(RecordedSession session) => new(Name, Rule,
    [
        .. from request in SessionTimeline.Of(session).Requests
           where request is { Begun: not null, Finished: not null }
           from meter in session.Meters.Values
           from channel in meter.Description?.Channels ?? []
           where channel is { Quantity: "power", Unit: "W", Boundary: not null, Parent: null }
           select Value(session, request, meter, channel),
    ]);

    private static DialectValue Value(RecordedSession session, RecordedRequest request, RecordedMeter meter, ChannelDescription channel)
    {
        var (begin, end) = (request.Begun!.Value, request.Finished!.At.Nanoseconds);
        var (count, sum, seconds) = (0, 0.0, (end - begin) / 1e9);
        foreach (var block in meter.Blocks.Values)
        {
            if (block.Column(channel.Name) is not { } column) continue;
            Int128 integers = 0;
            for (var i = 0; i < block.Count; i++)
            {
                if (block.Stamps[i] < begin || block.Stamps[i] > end || !double.IsFinite(column[i])) continue;
                count++;
                if (column.Grid.IsRaw) sum += column[i];
                else integers += column.Integers[i];
            }
            if (!column.Grid.IsRaw) sum += (double)(integers * column.Grid.Mantissa) * Math.Pow(10, column.Grid.Exponent);
        }
        double? mean = count == 0 ? null : sum / count;
        return new(session.Header!.Session.Value, request.Index, $"{meter.Id}.{channel.Name}", channel.Boundary!, count, seconds, mean, mean * seconds,
            count == 0 ? new Notice("partial", "no sample is stamped inside the window; this rule does not relate clocks") : null);
    }
}
