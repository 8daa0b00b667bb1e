using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Preparation.Usb;

/// <summary>A port of a hub that switches each port's power, by uhubctl.</summary>
internal sealed partial class UhubctlStep(DeviceShell? host, LinkTraits link, string hub, int port)
    : UsbPowerStep(host, link, "uhubctl", "install it (package 'uhubctl'), and let this user use it as its README says under 'Linux USB permissions'")
{
    protected override string[] Look => ["-l", hub, "-p", Port];

    private string Port => port.ToString(CultureInfo.InvariantCulture);

    protected override string[] Switch(bool on) => [.. Look, "-a", on ? On : Off];

    // A USB 3 hub is two hubs to the host; either may feed the port.
    protected override bool? Read(string written) =>
        PortLine().Matches(written).Where(m => m.Groups["port"].Value == Port).Select(m => m.Groups["flags"].Value.Split(' ').Contains("power")).ToList() is { Count: > 0 } ports ? ports.Contains(true) : null;

    [GeneratedRegex(@"^\s*Port (?<port>\d+): [0-9a-f]{4}(?<flags>.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex PortLine();
}
