using MELT.Devices.Simulation;
using MELT.Host.Reports;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Host;

/// <summary>What is drawn of a recording: every channel with a unit on the session's time, the phases and the tokens.</summary>
internal static class Plots
{
    public static SessionPlots Of(RecordedSession session, SimulatedTruth? truth)
    {
        var timeline = SessionTimeline.Of(session);
        return new()
        {
            Session = session.Header!.Session.Value,
            Series = [.. session.Meters.Values.SelectMany(meter => Series(meter, MeterClocks.Relate(session, meter), timeline))],
            Clocks = [.. session.Meters.Values.Select(meter => Clock(meter, MeterClocks.Relate(session, meter), timeline)).OfType<PlotClock>()],
            Phases = [.. timeline.Phases.Select(p => new PlotPhase(p.Name, p.Request, Seconds(p.Begin, timeline), Seconds(p.End, timeline), TruthOf(p, truth)))],
            Tokens = [.. timeline.Requests.Select(r => new PlotTokens(r.Index, [.. r.Emissions.Select(e => Seconds(e.At.Nanoseconds - timeline.Correction, timeline))]))],
        };
    }

    private static IEnumerable<PlotSeries> Series(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline)
    {
        if (meter.Description is not { } description || meter.Blocks.IsEmpty || clock.Quality == ClockQuality.Unlocked) yield break;
        var times = meter.Blocks.Values.SelectMany(b => b.Stamps).Select(t => Seconds(clock.ToSession(t), timeline)).ToArray();
        var order = Enumerable.Range(0, times.Length).OrderBy(i => times[i]).ToArray();
        foreach (var channel in description.Channels.Where(c => c.Unit is not null))
        {
            var values = meter.Blocks.Values.SelectMany(b => Values(b, b.Column(channel.Name))).ToArray();
            yield return new(meter.Id.Name, channel.Name, channel.Quantity ?? "", channel.Unit, channel.Boundary, Envelope.Of(Pick(times, order), Pick(values, order)));
        }
        if (Pair(description) is var (voltage, current))
        {
            var power = meter.Blocks.Values.SelectMany(b => Values(b, b.Column(voltage.Name)).Zip(Values(b, b.Column(current.Name)), (v, i) => v * i)).ToArray();
            yield return new(meter.Id.Name, $"{voltage.Name}·{current.Name}", "power", "W", voltage.Boundary, Envelope.Of(Pick(times, order), Pick(power, order)));
        }
    }

    private static (ChannelDescription Voltage, ChannelDescription Current)? Pair(MeterDescription description) =>
        description.Channels.Where(c => c.Quantity == "voltage").ToArray() is [var v] && description.Channels.Where(c => c.Quantity == "current").ToArray() is [var i]
            && !description.Channels.Any(c => c.Quantity == "power") ? (v, i) : null;

    /// <summary>A channel that a block lacks has gaps there, which are not drawn.</summary>
    private static IEnumerable<double> Values(SampleBlock block, SampleColumn? column) =>
        Enumerable.Range(0, block.Count).Select(i => column is null ? double.NaN : column[i]);

    private static double[] Pick(double[] from, int[] order) => Array.ConvertAll(order, i => from[i]);

    private static PlotClock? Clock(RecordedMeter meter, ClockRelation clock, SessionTimeline timeline)
    {
        if (clock.Evidence is not { } evidence) return null;
        var residuals = evidence.Residuals(clock).ToArray();
        return new(meter.Id.ToString(), [.. residuals.Select(r => Seconds(r.At, timeline))], [.. residuals.Select(r => r.Residual / 1e9)],
            [.. residuals.Select(r => r.HalfRoundTrip / 1e9)])
        {
            Band = [.. Grid(residuals[0].At, residuals[^1].At).Select(at => (Seconds(at, timeline), 2 * clock.At(at).UAt(at) / 1e9))],
            Steps = [.. clock.Steps().Select(step => Seconds(step.At, timeline))],
        };
    }

    private static IEnumerable<long> Grid(long from, long to) => Enumerable.Range(0, BandPoints + 1).Select(i => from + (to - from) / BandPoints * i);

    private const int BandPoints = 400;

    private static double Seconds(long at, SessionTimeline timeline) => (at - timeline.Begin) / 1e9;

    private static double? TruthOf(SessionPhase phase, SimulatedTruth? truth) =>
        truth?.Phases.FirstOrDefault(p => p.Phase == phase.Name && p.Request == phase.Request && Math.Abs(p.Begin.Nanoseconds - phase.Begin) < 1_000_000)?.EnergyJoules;
}
