using System.Globalization;
using MELT.Devices.Inference;
using MELT.Sensors.Clocks;

namespace MELT.Host.Exports;

/// <summary>Something that happened at one moment of a session: session clock, corrected as phases are.</summary>
/// <param name="Kind">engine-ready, mark, engine-failed, engine-exited, throttling-began, throttling-ended or clock-step.</param>
/// <param name="Source">The engine, or the meter or channel that told it.</param>
public sealed record SessionInstant(long At, string Kind, string Source, string Text, int? Request = null)
{
    public static IEnumerable<SessionInstant> Of(ExportedSession session) =>
        session.Timeline.Events.Select(e => Engine(session, e)).OfType<SessionInstant>()
            .Concat(session.Channels.Where(c => c is { Placed: true, About: { Quantity: "throttled", Unit: "s" or "1" } }).SelectMany(Throttling))
            .Concat(session.Recorded.Meters.Values.SelectMany(meter => Steps(meter.Id.ToString(), session.Clocks[meter.Id.ToString()])))
            .OrderBy(i => i.At).ThenBy(i => i.Kind, StringComparer.Ordinal);

    private static SessionInstant? Engine(ExportedSession session, EngineEvent told)
    {
        var at = session.Corrected(told.At.Nanoseconds);
        return told switch
        {
            EngineEvent.Ready e => new(at, "engine-ready", e.Engine, $"{e.Engine} {e.Version} ready"),
            EngineEvent.Marked e => new(at, "mark", "engine", e.Name),
            EngineEvent.Failed e => new(at, "engine-failed", "engine", $"{e.Code}: {e.Text}", e.Request),
            EngineEvent.Exited e => new(told.At.Nanoseconds, "engine-exited", "engine", $"engine ended: {e.Signal ?? e.ExitCode?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}"),
            _ => null,
        };
    }

    // A flag above 0, or a counter of seconds that has grown since the reading before.
    private static IEnumerable<SessionInstant> Throttling(ReadChannel channel)
    {
        var source = $"{channel.Meter.Id}.{channel.Name}";
        var (throttled, before) = (false, double.NaN);
        foreach (var reading in channel.Readings())
        {
            var now = channel.About!.Unit == "1" ? reading.Value > 0 : reading.Value > before;
            if (now != throttled) yield return new(reading.At, now ? "throttling-began" : "throttling-ended", source, now ? "throttling began" : "throttling ended");
            (throttled, before) = (now, reading.Value);
        }
    }

    private static IEnumerable<SessionInstant> Steps(string meter, ClockRelation clock) =>
        clock.Steps().Select(step => new SessionInstant(step.At, "clock-step", meter, string.Create(CultureInfo.InvariantCulture, $"clock of {meter} set on by {step.Size / 1e9:0.000000000} s")));
}
