namespace MELT.Devices.Links.Adb;

/// <summary>A device as the adb server lists it.</summary>
/// <param name="State"><c>device</c> is the one that can be used; <c>unauthorized</c>, <c>offline</c> and others cannot.</param>
/// <param name="TransportId">The server's own number of this connection.</param>
public sealed record AdbDevice(string Serial, string State, string? Model = null, string? Product = null, string? TransportId = null)
{
    public bool IsReady => State == "device";

    /// <summary>A line of <c>adb devices</c>, long or short; null when it is none.</summary>
    public static AdbDevice? Parse(string line)
    {
        if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [var serial, .. { Length: > 0 } rest]) { return null; }
        string? Value(string key) => rest.FirstOrDefault(word => word.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
        var state = rest is ["no", var lacking, ..] && lacking.StartsWith("permissions", StringComparison.Ordinal) ? "no permissions" : rest[0];
        return new(serial, state, Value("model:"), Value("product:"), Value("transport_id:"));
    }

    internal static IReadOnlyList<AdbDevice> ParseAll(string lines) => [.. lines.Split('\n').Select(Parse).OfType<AdbDevice>()];

    /// <summary>Why it cannot be used, and what to do; null when it can.</summary>
    internal string? Complaint => State switch
    {
        "device" => null,
        "unauthorized" => "the phone has not allowed debugging from this machine: unlock it, confirm 'Allow USB debugging', and try again",
        "authorizing" or "connecting" => "it is still being connected: try again in a moment",
        "offline" => "it is offline: plug it in again, or, if it is wireless, wake it and see that it is on this network",
        "no permissions" => "this user may not open the USB device: install the package android-sdk-platform-tools-common (udev rules), be a member of plugdev, and plug it in again",
        "recovery" or "sideload" or "bootloader" or "rescue" => $"it is in {State} mode: start it normally",
        _ => $"its state is '{State}'",
    };
}
