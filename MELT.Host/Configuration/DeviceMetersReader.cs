using System.Collections.Immutable;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Host.Configuration;

/// <summary>Reads what the operator says about the meters of a device.</summary>
internal sealed class DeviceMetersReader(HoconFields told)
{
    public DeviceSettings Read(HoconValue? value, string key)
    {
        if (told.Object(value, key) is not { } meters) return DeviceSettings.Default;
        told.Known(meters, key, ["battery", "patience", "periods", "shortest"]);
        var periods = told.Object(meters.Find("periods"), $"{key}.periods");
        return DeviceSettings.Default with
        {
            Periods = (periods?.Fields.Keys ?? []).Select(name => (name, Length: told.Length(periods!, $"{key}.periods", name))).Where(p => p.Length > TimeSpan.Zero)
                .ToImmutableSortedDictionary(p => p.name, p => p.Length!.Value, StringComparer.Ordinal),
            Shortest = told.Length(meters, key, "shortest") ?? DeviceSettings.Default.Shortest,
            Patience = told.Length(meters, key, "patience") ?? DeviceSettings.Default.Patience,
            Battery = Battery(meters, key),
        };
    }

    private BatteryQuirk? Battery(HoconObject meters, string key)
    {
        if (told.Object(meters.Find("battery"), $"{key}.battery") is not { } battery) return null;
        key = $"{key}.battery";
        told.Known(battery, key, ["sign", "unit"]);
        return new(
            told.Word(battery, key, "unit", ("uA", CurrentUnit.Microampere), ("mA", CurrentUnit.Milliampere), ("A", CurrentUnit.Ampere)) ?? BatteryQuirk.Usual.Unit,
            told.Word(battery, key, "sign", ("by-status", CurrentSign.ByStatus), ("positive-is-out", CurrentSign.PositiveIsOut), ("positive-is-in", CurrentSign.PositiveIsIn)) ?? BatteryQuirk.Usual.Sign,
            "the operator");
    }
}
