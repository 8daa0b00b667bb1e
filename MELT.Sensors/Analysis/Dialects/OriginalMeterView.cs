using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Clocks;
using MELT.Sensors.Energy;
using MELT.Sensors.Import.Original;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>One trace of current and voltage seen twice: as the original integrates it, and as MELT does.</summary>
internal sealed class OriginalMeterView
{
    private const double JoulesPerMilliwattHour = 3.6, CoulombsPerMilliampereHour = 3.6;
    private readonly EnergyMetrics _own;
    private readonly EnergyCurve _power, _current;
    private readonly OriginalTrace? _spread;

    private OriginalMeterView(string? rail, OriginalTrace theirs, OriginalTrace? spread, EnergyMetrics own, EnergyCurve power, EnergyCurve current, ClockRelation clock) =>
        (Rail, Theirs, _spread, _own, _power, _current, Clock) = (rail, theirs, spread, own, power, current, clock);

    /// <summary>Null: the only one, which the tables do not name.</summary>
    public string? Rail { get; }
    public OriginalTrace Theirs { get; }
    public ClockRelation Clock { get; }

    /// <summary>All there are in a session.</summary>
    public static ImmutableArray<OriginalMeterView> Of(RecordedSession session, OriginalRecord record, SessionTimeline timeline) =>
    [
        .. from meter in session.Meters.Values
           where meter.Id.Name is MonsoonCsv.Name or JetsonLog.Name
           let clock = MeterClocks.Relate(session, meter, timeline)
           let edges = timeline.EdgesBy(clock)
           from offer in PowerSensors.Of(meter, edges)
           from sensor in offer.Sensors
           select Of(meter, record, timeline, clock, edges, offer, sensor),
    ];

    private static OriginalMeterView Of(RecordedMeter meter, OriginalRecord record, SessionTimeline timeline, ClockRelation clock, long[] edges, Offer offer, PowerSensor sensor)
    {
        // v_VDD_IN*i_VDD_IN behind the meter's name.
        var rail = meter.Id.Name == JetsonLog.Name ? sensor.Name[(sensor.Name.LastIndexOf('*') + 1 + JetsonLog.Current.Length)..] : null;
        var own = new EnergyMetrics(new MeteredEnergy(offer.Boundary, [sensor], clock, timeline.StampU, estimated: false), timeline, command: false);
        var current = EnergyCurves.Instantaneous(ChannelSeries.Of(meter, rail is null ? MonsoonCsv.Current : JetsonLog.Current + rail), 0, edges);
        return rail is null
            ? new(null, OriginalTrace.OfMonsoon(meter, record.MeterStart ?? 0), OriginalTrace.Spread(meter), own, sensor.Curve, current, clock)
            : new(rail, OriginalTrace.OfRail(meter, rail), null, own, sensor.Curve, current, clock);
    }

    /// <summary>The original's rectangles over samples that no longer share stamps; null where none did.</summary>
    public double? Spread(double start, double end, bool charge) => _spread is { } trace ? Pick(trace.Between(start, end), charge) : null;

    /// <summary>The most by which rectangles inside a window and a whole integral over it can differ.</summary>
    public double EdgeLimit(double start, double end, bool charge) => (_spread ?? Theirs).EdgeLimit(start, end, charge);

    public double Formula(double start, double end, bool charge) => Pick(Theirs.Between(start, end), charge);

    /// <summary>MELT's integral between two moments of the meter's own stamps, mWh or mAh.</summary>
    public double Stamped(long from, long to, bool charge) => charge ? _current.Between(from, to).ToDouble() / CoulombsPerMilliampereHour : _power.Between(from, to).ToDouble() / JoulesPerMilliwattHour;

    /// <summary>MELT's integral over an interval of the session's clock.</summary>
    public double Placed(Interval interval, bool charge) => Clock.Map(interval.Begin, interval.End).Sum(piece => Stamped(piece.From, piece.To, charge) / (1 + piece.Segment.Drift));

    /// <summary>What MELT reports of an interval, mWh, or why it reports nothing; charge is refused where energy is.</summary>
    public (double? Value, Notice? Reason) Ours(Interval interval, bool charge)
    {
        var told = _own.OfPhase(new("", null, interval.Begin, interval.End));
        return told.Value is { } joules ? (charge ? Placed(interval, charge) : joules / JoulesPerMilliwattHour, null) : (null, told.Reason);
    }

    private static double Pick((double Energy, double Charge) both, bool charge) => charge ? both.Charge : both.Energy;
}
