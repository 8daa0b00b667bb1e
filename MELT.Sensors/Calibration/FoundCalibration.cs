using System.Collections.Immutable;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Calibration;

/// <summary>A comparison's answer: a calibration with the levels it was found from, or why there is none.</summary>
public sealed record FoundCalibration
{
    public MeterCalibration? Calibration { get; init; }
    public ImmutableArray<CalibrationPoint> Points { get; init; } = [];
    public string? Refusal { get; init; }
    /// <summary>What a person should know of its uncertainty; sentences.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    internal static FoundCalibration Refused(string reason, params ImmutableArray<CalibrationPoint> points) => new() { Refusal = reason, Points = points };

    /// <summary>What the calibration makes of a reading.</summary>
    public double Corrected(double reading) => (double)Calibration!.Gain * reading + (double)Calibration.Offset;
}
