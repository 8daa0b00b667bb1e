using System.Globalization;

namespace MELT.Devices.Preparation.Linux;

/// <summary>
/// The speed of the fans, by hand. Whoever regulates them is put off first: on a Jetson the service nvfancontrol or the kernel's
/// <c>temp_control</c>, elsewhere the automatic mode of the fan's own chip.
/// </summary>
internal sealed class FanStep(DeviceShell shell, SystemFiles files, int level) : IPreparationStep
{
    private const string Service = "nvfancontrol", Active = "active", TemperatureControl = "temp_control", ByHand = "1";
    private static readonly string[] Regulators = ["/sys/devices/pwm-fan/temp_control", "/sys/class/hwmon/hwmon*/pwm[1-9]_enable"];
    private static readonly string[] Speeds = ["/sys/devices/pwm-fan/target_pwm", "/sys/class/hwmon/hwmon*/pwm[1-9]"];

    private string Wanted => level.ToString(CultureInfo.InvariantCulture);

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var speeds = await files.ReadAsync(stop, Speeds);
        if (speeds.Count == 0) { return StepReading.NotPossible("the kernel has no fan whose speed can be set"); }
        var regulators = await files.ReadAsync(stop, Regulators);
        var service = (await shell.AskAsync(stop, "systemctl", "is-active", Service)).Text;
        return new(SystemFiles.Format([.. service == Active ? [new SystemFile(Service, service)] : Array.Empty<SystemFile>(), .. regulators, .. speeds]));
    }

    public bool IsAsWished(string state) => SystemFiles.ParseState(state).All(file => !IsRegulating(file) && (IsRegulator(file) || file.Value == Wanted));

    public async Task<StepRefusal?> SetAsync(CancellationToken stop)
    {
        var now = SystemFiles.ParseState((await ReadAsync(stop)).State ?? "");
        if (now.Any(file => file.Path == Service) && (await shell.AskRootAsync(null, stop, "systemctl", "stop", Service)).Refusal is { } refusal) { return refusal; }
        return await files.WriteAsync(now.Where(IsRegulating).Where(file => file.Path != Service).Select(ToHand), stop)
            ?? await files.WriteAsync(now.Where(file => !IsRegulator(file)).Select(file => file with { Value = Wanted }), stop);
    }

    public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop)
    {
        // The speed first: a chip that regulates again refuses it.
        var before = SystemFiles.ParseState(old);
        return await files.WriteAsync(before.Where(file => !IsRegulator(file)), stop)
            ?? await files.WriteAsync(before.Where(file => IsRegulator(file) && file.Path != Service), stop)
            ?? (before.Any(file => file.Path == Service) ? (await shell.AskRootAsync(null, stop, "systemctl", "start", Service)).Refusal : null);
    }

    /// <summary>A fan that was regulated has the speed that its regulator gives it now.</summary>
    public bool IsRestored(string old, string now)
    {
        var (before, after) = (SystemFiles.ParseState(old), SystemFiles.ParseState(now));
        return before.Any(IsRegulating) ? before.Where(IsRegulator).SequenceEqual(after.Where(IsRegulator)) : before.SequenceEqual(after);
    }

    private static bool IsRegulator(SystemFile file) => file.Path == Service || file.Name == TemperatureControl || file.Name.EndsWith("_enable", StringComparison.Ordinal);

    private static bool IsRegulating(SystemFile file) => IsRegulator(file) && (file.Path == Service || (file.Name == TemperatureControl ? file.Value != "0" : file.Value != ByHand));

    private static SystemFile ToHand(SystemFile file) => file with { Value = file.Name == TemperatureControl ? "0" : ByHand };
}
