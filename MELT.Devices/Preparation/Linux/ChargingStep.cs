namespace MELT.Devices.Preparation.Linux;

/// <summary>
/// Cuts the charging of the battery in the kernel, and believes it only when the battery does not say any more that it is charged. Never by
/// <c>dumpsys battery set</c>, which only pretends. State: the switch, and what the battery says.
/// </summary>
internal sealed class ChargingStep(SystemFiles files, bool on) : IPreparationStep
{
    private const string Status = "status", Charging = "Charging";
    private static readonly string[] Statuses = ["/sys/class/power_supply/battery/status", "/sys/class/power_supply/BAT*/status"];

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var switches = await files.ReadAsync(stop, [.. ChargingSwitch.Known.Select(s => s.Pattern)]);
        if (switches.Count == 0) { return StepReading.NotPossible("the kernel has none of the known switches for charging, or only root may see them: unplug the device, or cut the USB port's power"); }
        var status = (await files.ReadAsync(stop, Statuses)).Take(1).Select(file => new SystemFile(Status, file.Value.Replace(' ', '-')));
        return new(SystemFiles.Format([switches[0], .. status]));
    }

    public bool IsAsWished(string state) => SystemFiles.ParseState(state) is [var file, .. var status] && ChargingSwitch.Of(file) is { } known
        && (on ? file.Value == known.Charging : file.Value == known.Cut && status.All(s => s.Value != Charging));

    public async Task<StepRefusal?> SetAsync(CancellationToken stop)
    {
        var reading = await ReadAsync(stop);
        if (SystemFiles.ParseState(reading.State ?? "") is not [var file, ..] || ChargingSwitch.Of(file) is not { } known) { return reading.Refusal; }
        return await files.WriteAsync([file with { Value = on ? known.Charging : known.Cut }], stop);
    }

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => files.WriteAsync(SystemFiles.ParseState(old).Take(1), stop);

    public bool IsRestored(string old, string now) => SystemFiles.ParseState(old).Take(1).SequenceEqual(SystemFiles.ParseState(now).Take(1));
}
