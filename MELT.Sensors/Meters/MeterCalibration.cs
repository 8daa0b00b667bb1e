using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Meters;

/// <summary>
/// What a comparison found of one channel: true value = <see cref="Gain"/>·reading + <see cref="Offset"/>, in the channel's unit (of an energy counter
/// the offset is of the power it adds up, in watts). Decimals, so that corrected readings stay on a decimal grid and their sums exact.
/// </summary>
public sealed record MeterCalibration
{
    /// <summary>Significant digits a found gain or offset is rounded to.</summary>
    private const int Digits = 9;

    public required string Channel { get; init; }
    public required decimal Gain { get; init; }
    /// <summary>Standard uncertainty.</summary>
    public required double GainU { get; init; }
    public required decimal Offset { get; init; }
    public required double OffsetU { get; init; }
    /// <summary>Readings come so much later than their description's latency says; with its standard uncertainty, or neither.</summary>
    public double? LagSeconds { get; init; }
    public double? LagU { get; init; }
    /// <summary>The other meter, or the known load.</summary>
    public required string Against { get; init; }
    public required CalibrationMethod Method { get; init; }
    /// <summary>When what it was found from was recorded; not after it was entered.</summary>
    public required Stamp ValidFrom { get; init; }

    /// <summary>Values corrected by it are derived: a model was fitted to a recording (docs/metrics.md, "method").</summary>
    public bool IsFitted => Method == CalibrationMethod.Transfer || LagSeconds is not null;

    /// <summary>The first thing wrong with it, as a sentence; null when nothing is.</summary>
    public string? Problem() =>
        Channel.Length == 0 ? "a calibration names a channel" :
        Gain is <= 0 or >= 1_000_000 ? "the gain is not above 0 and below 1000000" :
        Math.Abs(Offset) >= 1_000_000_000 ? "the offset is not below 1e9" :
        !IsNotNegative(GainU) || !IsNotNegative(OffsetU) ? "the uncertainty of gain or offset is not 0 or more" :
        LagSeconds is null != LagU is null ? "a lag needs its uncertainty" :
        LagSeconds is { } lag && !(double.IsFinite(lag) && IsNotNegative(LagU!.Value)) ? "the lag or its uncertainty is not a number" :
        string.IsNullOrWhiteSpace(Against) ? "against is empty: a calibration names what it was compared with" : null;

    /// <summary>A found number as it is kept: nine significant digits.</summary>
    public static decimal Rounded(double found) => decimal.Parse(found.ToString($"G{Digits}", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Date and partner, as results name it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ValidFrom.ToDateTimeOffset():yyyy-MM-dd} against {Against}");

    private static bool IsNotNegative(double number) => double.IsFinite(number) && number >= 0;
}

/// <summary>How a calibration was found.</summary>
public enum CalibrationMethod
{
    /// <summary>By regression against another meter that watched the same boundary.</summary>
    Transfer,
    /// <summary>Against a load of known power.</summary>
    Load,
}
