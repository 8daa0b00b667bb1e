using System.Diagnostics;
using System.Globalization;
using MELT.Devices.Preparation.Android;
using MELT.Devices.Preparation.Jetson;
using MELT.Devices.Preparation.Linux;
using MELT.Devices.Preparation.Usb;

namespace MELT.Devices.Preparation;

/// <summary>Which step makes which wish come true on which device.</summary>
public static class PreparationSteps
{
    /// <summary>Null when this kind of device has nothing of the sort.</summary>
    public static IPreparationStep? For(DeviceAccess device, PreparationWish wish) => (device.Platform, wish) switch
    {
        (_, PreparationWish.Governor w) => new GovernorStep(device.Files, w.Policy),
        (_, PreparationWish.Frequency w) => new FrequencyStep(device.Files, ClockFamily.Processor, w.Range),
        (_, PreparationWish.GpuFrequency w) => new FrequencyStep(device.Files, ClockFamily.Gpu, w.Range),
        (_, PreparationWish.Fan w) => new FanStep(device.Shell, device.Files, w.Level),
        (_, PreparationWish.Charging w) => new ChargingStep(device.Files, w.On),
        (_, PreparationWish.UsbPower { Program: "uhubctl" } w) => new UhubctlStep(Host(device), device.Traits, w.Place, w.Port),
        (_, PreparationWish.UsbPower w) => new YkushStep(Host(device), device.Traits, w.Place, w.Port),
        (DevicePlatform.Android, _) => ForAndroid(device, wish),
        (DevicePlatform.Linux, PreparationWish.PowerMode w) => new PowerModeStep(device.Shell, device.SystemRoot, w.Mode),
        (DevicePlatform.Linux, PreparationWish.JetsonClocks) => new JetsonClocksStep(device.Shell),
        (DevicePlatform.Linux, _) => null,
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether a wish of this name is undone without reaching the device, as it must be when its power is what was cut: any link does then.</summary>
    public static bool NeedsOnlyTheHost(string name) => name == PreparationWish.UsbPower.Key;

    private static IPreparationStep? ForAndroid(DeviceAccess device, PreparationWish wish) => wish switch
    {
        PreparationWish.StopApps w => new StopAppsStep(device.Shell, w.Packages),
        PreparationWish.BackgroundApps => new BackgroundAppsStep(device.Shell),
        PreparationWish.DoNotDisturb w => new DoNotDisturbStep(device.Shell, w.Mode),
        PreparationWish.ScreenTimeout w => new SettingStep(device.Shell, "system", "screen_off_timeout", ((long)w.After.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
        PreparationWish.Brightness w => new BrightnessStep(device.Shell, w.Level),
        PreparationWish.Screen w => new ScreenStep(device.Shell, w.On),
        PreparationWish.AirplaneMode w => new AirplaneModeStep(device.Shell, device.Traits, w.On),
        PreparationWish.Bluetooth w => new BluetoothStep(device.Shell, w.On),
        PreparationWish.WiFi w => new WiFiStep(device.Shell, device.Traits, w.On),
        _ => null,
    };

    private static DeviceShell? Host(DeviceAccess device) => device.Host is { } host ? new(host, DevicePlatform.Linux) : null;
}
