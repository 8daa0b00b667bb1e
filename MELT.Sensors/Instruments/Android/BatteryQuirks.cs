using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Instruments.Android;

/// <summary>What a gauge counts current in.</summary>
public enum CurrentUnit { Microampere, Milliampere, Ampere }

/// <summary>What a positive current means: what the status says (charging or discharging), out of the battery, or into it.</summary>
public enum CurrentSign { ByStatus, PositiveIsOut, PositiveIsIn }

/// <summary>How one battery gauge tells its current, and who says so.</summary>
public sealed record BatteryQuirk(CurrentUnit Unit, CurrentSign Sign, string Source)
{
    /// <summary>What the kernel asks of drivers for the unit; for the sign drivers do not agree, so the status decides.</summary>
    public static readonly BatteryQuirk Usual = new(CurrentUnit.Microampere, CurrentSign.ByStatus, "Linux Documentation/ABI/testing/sysfs-class-power, current_now: µA");

    /// <summary>The gauge's own number, unchanged: what a load step is decided by.</summary>
    public static readonly BatteryQuirk Raw = new(CurrentUnit.Ampere, CurrentSign.PositiveIsOut, "the gauge's own number");

    /// <summary>Power of ten from the gauge's number to amperes.</summary>
    public int Exponent => Unit switch { CurrentUnit.Microampere => -6, CurrentUnit.Milliampere => -3, _ => 0 };

    /// <summary>Makes positive mean out of the battery; false when neither status nor number tells the direction, or the number stands for "unknown".</summary>
    internal bool TrySign(ref ExactDecimal number, string status)
    {
        if (number.TryScale(0, out var raw) && raw == int.MinValue) return false;      // what Android's HAL answers for "not supported"
        switch (Sign)
        {
            case CurrentSign.PositiveIsOut: return true;
            case CurrentSign.PositiveIsIn: number = number with { Mantissa = -number.Mantissa }; return true;
        }
        var magnitude = Math.Abs(number.Mantissa);
        if (status is not ("Discharging" or "Charging")) return magnitude == 0;
        number = number with { Mantissa = status == "Charging" ? -magnitude : magnitude };
        return true;
    }
}

/// <summary>What is known of one model, by parts of its maker's and its own name as Android tells them.</summary>
public sealed record KnownBattery(string Manufacturer, string? Model, BatteryQuirk Quirk);

/// <summary>
/// Units and signs of gauges, as owners reported them. A table of models never ends: a load step (<see cref="GaugeStep"/>) tells the same of any
/// phone, and the operator's word goes before both.
/// </summary>
public static class BatteryQuirks
{
    public static ImmutableArray<KnownBattery> Known { get; } =
    [
        new("samsung", "SM-G991", new(CurrentUnit.Milliampere, CurrentSign.ByStatus, "home-assistant/android issue 2846: SM-G991B tells a thousandth of the µA that an external meter sees")),
        new("Xiaomi", "Mi A1", new(CurrentUnit.Microampere, CurrentSign.PositiveIsOut, "community-code/amps issue 1: µA, positive while discharging")),
        new("Xiaomi", "MI 8", new(CurrentUnit.Microampere, CurrentSign.PositiveIsOut, "MatteCarra/AccA issue 27: CURRENT_NOW=-326171 with STATUS=Charging")),
        new("Google", "Pixel 3a", new(CurrentUnit.Microampere, CurrentSign.ByStatus, "MatteCarra/AccA issue 35: µA")),
        new("Retroid", "Pocket Flip 2", new(CurrentUnit.Microampere, CurrentSign.PositiveIsOut, "armada-os/armada issue 466: -1753000 while charging, 1104003 while discharging")),
        new("HUAWEI", null, new(CurrentUnit.Milliampere, CurrentSign.ByStatus, "google/perfetto issue 1441 (P smart 2019) and community-code/amps issue 1 (P8 Lite 2017): mA")),
    ];

    /// <summary>What is known of this device; null when nothing is. Told: what it rests on.</summary>
    public static BatteryQuirk? Of(DeviceFacts facts, Action<string> notice)
    {
        if (facts is not { Manufacturer: { } maker, Model: { } model }) return null;
        var ofMaker = Known.Where(k => maker.Contains(k.Manufacturer, StringComparison.OrdinalIgnoreCase)).ToArray();
        var known = ofMaker.FirstOrDefault(k => k.Model is { } part && model.Contains(part, StringComparison.OrdinalIgnoreCase)) ?? ofMaker.FirstOrDefault(k => k.Model is null);
        if (known is null) return null;
        notice($"the battery of {maker} {model} is read as told of {known.Model ?? "other models of its maker"}: {known.Quirk.Source}; a load step would confirm it");
        return known.Quirk;
    }
}
