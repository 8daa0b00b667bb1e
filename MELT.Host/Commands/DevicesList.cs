using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Devices.Configured;
using MELT.Devices.Links;
using MELT.Devices.Links.Adb;

namespace MELT.Host.Commands;

/// <summary><c>melt devices list</c>: nothing is connected to; adb is asked only what it sees.</summary>
internal sealed class DevicesList(Surroundings with)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<int> RunAsync(CancellationToken stop)
    {
        var devices = with.Devices().ById.Values.OrderBy(d => d.Id.Value, StringComparer.Ordinal).ToArray();
        var (seen, remark) = await SeenAsync(devices, stop);
        var listed = devices.Select(d => Row(d, seen)).ToArray();
        var others = seen.Where(s => !devices.Any(d => IsIt(d, s))).Select(s => new SeenDevice(s.Serial, s.State, s.Model)).ToArray();
        if (with.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new DeviceListing(listed, others), DevicesJson.Default.DeviceListing));
            return ExitCode.Done;
        }
        foreach (var d in listed) Surroundings.Say($"{d.Device}  {d.Reach}{(d.AdbState is { } state ? $" ({state})" : "")}  engine {d.Engine ?? "not stated"}  supply {d.Supply ?? "not stated"}{(d.Wishes.Length == 0 ? "" : $"  prepare: {string.Join(", ", d.Wishes)}")}");
        if (listed.Length == 0) Surroundings.Say("devices.conf describes no device; docs/devices.md shows how to add one.");
        foreach (var o in others) Surroundings.Say($"adb sees {o.Serial} ({o.State}{(o.Model is null ? "" : $", {o.Model}")}), which is not in devices.conf: {o.Serial.Replace(':', '-')} {{ link = adb, adb {{ serial = \"{o.Serial}\" }} }}");
        if (remark is not null) Surroundings.Remark(remark);
        return ExitCode.Done;
    }

    /// <summary>What adb sees; it is asked only where its program is installed.</summary>
    private static async Task<(IReadOnlyList<AdbDevice> Seen, string? Remark)> SeenAsync(ConfiguredDevice[] devices, CancellationToken stop)
    {
        var server = devices.Select(d => d.Reach).OfType<DeviceReach.Adb>().FirstOrDefault()?.Target.Server ?? new AdbServer();
        if (LocalLink.Find(server.Program) is null) return ([], devices.Any(d => d.Reach is DeviceReach.Adb) ? $"{server.Program} is not installed, so phones are not seen" : null);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            return (await AdbDevices.ListAsync(server, patience.Token), null);
        }
        catch (Exception e) when (e is LinkException or IOException or System.Net.Sockets.SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return ([], $"adb does not say what it sees: {e.Message}");
        }
    }

    private static ListedDevice Row(ConfiguredDevice d, IReadOnlyList<AdbDevice> seen) => new(d.Id.Value, d.Reach.Kind, d.Reach.ToString(),
        d.Engine?.Kind ?? (d.Reach is DeviceReach.Endpoint ? "openai-compatible" : d.Reach is DeviceReach.Agent ? "agent" : null), d.Supply?.ToString(),
        [.. d.Wishes.Select(w => w.ToString())], d.Reach is DeviceReach.Adb ? seen.FirstOrDefault(s => IsIt(d, s))?.State ?? "not seen" : null);

    private static bool IsIt(ConfiguredDevice device, AdbDevice seen) => device.Reach is DeviceReach.Adb { Target: var target } && (target.Serial ?? target.Address) == seen.Serial;
}

internal sealed record DeviceListing(ListedDevice[] Devices, SeenDevice[] NotConfigured);

/// <param name="AdbState">As adb tells it, or <c>not seen</c>; null: not reached by adb.</param>
internal sealed record ListedDevice(string Device, string Link, string Reach, string? Engine, string? Supply, string[] Wishes, string? AdbState);

internal sealed record SeenDevice(string Serial, string State, string? Model);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DeviceListing))]
[JsonSerializable(typeof(ShownDevice))]
[JsonSerializable(typeof(PreparedDevice))]
[JsonSerializable(typeof(WatchedDevice))]
internal sealed partial class DevicesJson : JsonSerializerContext;
