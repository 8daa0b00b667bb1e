namespace MELT.Devices.Links.Adb;

/// <summary>A device at the end of adb.</summary>
/// <param name="Serial">As <c>adb devices</c> lists it; null: its address, or else the only device there is.</param>
public sealed record AdbTarget(string? Serial = null)
{
    /// <summary>Of a device without a cable: <c>host:port</c>, which adb is told to connect to first.</summary>
    public string? Address { get; init; }

    public AdbServer Server { get; init; } = new();

    public override string ToString() => Serial ?? Address ?? "(the only device)";
}
