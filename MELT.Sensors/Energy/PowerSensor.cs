using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Energy;

/// <summary>How one channel's stated errors enter the energy: gain as a share of it, offset and resolution as the channel's unit times a weight.</summary>
/// <param name="Label">Channel name where several channels make one sensor; empty otherwise.</param>
/// <param name="Accuracy">Null: not stated, so no U.</param>
/// <param name="Resolution">Smallest step q; null: not stated.</param>
/// <param name="Weight">The other factor's curve (∫I for a voltage); null: time itself.</param>
/// <param name="Readings">The channel's own readings, to see whether they move by more than q/2.</param>
public sealed record Influence(string Label, Accuracy? Accuracy, double? Resolution, EnergyCurve? Weight, Readings Readings)
{
    public double GainU => Accuracy!.Gain / Divisor;
    public double OffsetU => Accuracy!.Offset / Divisor;
    // A certificate states its k; without one the limits are rectangular.
    private double Divisor => Accuracy!.CoverageFactor ?? Math.Sqrt(3);
}

/// <summary>Readings as doubles at the moments they speak of, in the meter's clock; for what is statistical, not for integrals.</summary>
public sealed record Readings(long[] At, double[] Values)
{
    public static Readings Of(ChannelSeries series, long shift)
    {
        var scale = double.Parse($"1e{Math.Abs(series.Exponent)}", CultureInfo.InvariantCulture);
        return new(
            [.. series.Stamps.Select(t => t + shift)],
            [.. series.Values.Select(v => series.Exponent < 0 ? (double)v / scale : (double)v * scale)]);
    }

    /// <summary>Indexes of the readings inside a…b, both included: [From, To).</summary>
    public (int From, int To) Inside(long a, long b) => (AtOrAfter(a), AtOrAfter(b + 1));

    private int AtOrAfter(long t)
    {
        var place = Array.BinarySearch(At, t);
        return place >= 0 ? place : ~place;
    }
}

/// <summary>How a sensor's readings are joined after its window was compared with its period.</summary>
public enum Joining
{
    /// <summary>Straight lines between momentary readings.</summary>
    Trapezoid,
    /// <summary>Windows that follow each other without gap.</summary>
    Windows,
    /// <summary>Windows longer than the period: read as momentary at their centres, edges smeared over the window.</summary>
    Overlapping,
    /// <summary>Differences of a counter.</summary>
    Counter,
    /// <summary>Means over a window that is not stated: only a fit over the session's phases tells energy.</summary>
    Unplaced,
}

/// <summary>A channel of power or energy, or the product V·I of two channels sampled together, ready to be integrated.</summary>
public sealed class PowerSensor
{
    public required string Name { get; init; }
    public required Joining Joining { get; init; }
    public required EnergyCurve Curve { get; init; }
    public required Readings Readings { get; init; }
    public required ImmutableArray<Influence> Influences { get; init; }
    /// <summary>Nominal period and averaging window, nanoseconds; window 0 for momentary readings.</summary>
    public required long Period { get; init; }
    public required long Window { get; init; }
    /// <summary>The readings as means over windows, for regression.</summary>
    public required Lazy<WindowedReadings> Windowed { get; init; }
    /// <summary>Edges of the session's phases, in the meter's clock.</summary>
    public long[] Edges { get; init; } = [];
    /// <summary>Standard uncertainty of when a reading speaks, nanoseconds, beside the clock's.</summary>
    public required double LatencyU { get; init; }
    public bool Moves { get; init; }
    /// <summary>What corrected the readings, channel by channel.</summary>
    public ImmutableArray<MeterCalibration> Calibrations { get; init; } = [];
    /// <summary>Moments at which a counter ran backwards.</summary>
    public ImmutableArray<long> Falls { get; init; } = [];

    /// <summary>Shortest interval this sensor can resolve: three times the longer of period and window.</summary>
    public long Shortest => 3 * Math.Max(Period, Window);
    /// <summary>True when a phase edge lies between two moments.</summary>
    public bool HasEdge(long from, long to)
    {
        var place = Array.BinarySearch(Edges, from + 1);
        return (place >= 0 ? place : ~place) is var next && next < Edges.Length && Edges[next] < to;
    }

    public bool AccuracyKnown => Influences.All(i => i.Accuracy is not null);
}
