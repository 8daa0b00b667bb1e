using System.Globalization;

namespace MELT.Devices.Preparation.Usb;

/// <summary>A port of a Yepkit YKUSH board, by ykushcmd.</summary>
internal sealed class YkushStep(DeviceShell? host, LinkTraits link, string serial, int port)
    : UsbPowerStep(host, link, "ykushcmd", "install it from Yepkit, with its udev rule")
{
    private string Port => port.ToString(CultureInfo.InvariantCulture);

    protected override string[] Look => ["-s", serial, "-g", Port];

    protected override string[] Switch(bool on) => ["-s", serial, on ? "-u" : "-d", Port];

    protected override bool? Read(string written) =>
        written.Contains($"port {Port} is ON", StringComparison.Ordinal) ? true : written.Contains($"port {Port} is OFF", StringComparison.Ordinal) ? false : null;
}
