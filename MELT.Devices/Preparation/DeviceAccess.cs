using MELT.Devices.Links;

namespace MELT.Devices.Preparation;

/// <summary>Which family of commands a device understands. A Jetson is a Linux that has nvpmodel.</summary>
public enum DevicePlatform
{
    Linux,
    Android,
}

/// <summary>How a device is reached to prepare it.</summary>
public sealed record DeviceAccess(ILink Link, DevicePlatform Platform, LinkTraits Traits)
{
    /// <summary>This host, for what is done to the device from here, such as cutting the power of a USB port; null when nothing is.</summary>
    public ILink? Host { get; init; }

    /// <summary>Stands before <c>/sys</c> and <c>/etc</c>; empty on a real device.</summary>
    public string SystemRoot { get; init; } = "";

    internal DeviceShell Shell => new(Link, Platform);
    internal SystemFiles Files => new(Shell, SystemRoot);
}
