using MELT.Devices.Time;

namespace MELT.Sensors.Meters;

/// <summary>What a check, or an operator who looked, says of a meter: above all whether it moves when the load does.</summary>
/// <param name="Grade">A to F of docs/sensors.md; null where an operator only says that it moves.</param>
/// <param name="FinestSeconds">Shortest interval the meter can defend.</param>
/// <param name="By">The session that checked it, or <c>operator</c>.</param>
public sealed record MeterCheck(string? Grade, bool Moves, double? FinestSeconds, string By, Stamp At)
{
    public const string Operator = "operator";
}
