namespace MELT.Devices.Preparation.Linux;

/// <summary>A file by which some vendors' kernels stop charging. Those that cut the input leave the device on its battery; the others may run it from USB meanwhile.</summary>
internal sealed record ChargingSwitch(string Pattern, string Charging, string Cut)
{
    private static readonly string[] CutByOne =
    [
        "/sys/class/power_supply/*/input_suspend",
        "/sys/class/power_supply/battery/battery_input_suspend",
        "/sys/class/qcom-battery/input_suspend",
        "/sys/kernel/debug/google_charger/input_suspend",
        "/sys/class/power_supply/battery/batt_slate_mode",
        "/sys/class/power_supply/battery/op_disable_charge",
        "/sys/class/power_supply/*/charge_disable",
        "/sys/devices/platform/soc/soc:google,charger/charge_disable",
        "/sys/kernel/debug/google_charger/chg_suspend",
    ];

    private static readonly string[] CutByZero =
    [
        "/sys/class/power_supply/*/charging_enabled",
        "/sys/class/power_supply/*/battery_charging_enabled",
        "/sys/class/power_supply/battery/mmi_charging_enable",
        "/sys/devices/platform/huawei_charger/enable_charger",
        "/sys/devices/platform/lge-unified-nodes/charging_enable",
    ];

    /// <summary>What is known, the best first.</summary>
    public static IReadOnlyList<ChargingSwitch> Known { get; } =
        [.. CutByOne.Select(pattern => new ChargingSwitch(pattern, "0", "1")), .. CutByZero.Select(pattern => new ChargingSwitch(pattern, "1", "0"))];

    /// <summary>The switch that a file is, by its name.</summary>
    public static ChargingSwitch? Of(SystemFile file) => Known.FirstOrDefault(s => s.Pattern.EndsWith('/' + file.Name, StringComparison.Ordinal));
}
