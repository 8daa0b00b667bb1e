using System.Collections.Immutable;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// What feeds the device, as <c>/sys/class/power_supply</c> tells of mains, USB and wireless inputs: voltage and current, or power (µV, µA, µW: kernel.org
/// ABI sysfs-class-power). Positive flows into the device.
/// </summary>
public static class SupplyInputs
{
    private const string Folder = "sys/class/power_supply";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Drivers of USB-C whose "now" is what was agreed with the charger (drivers/usb/typec: ucsi/psy.c, tcpm/tcpm.c), whatever flows.</summary>
    private static readonly string[] Agreed = ["ucsi-source-psy", "tcpm-source-psy"];

    public static Found Find(HostPlace host)
    {
        var inputs = host.Tree.Names(Folder).Where(name => host.Tree.TryRead($"{Folder}/{name}/type", out var type, out _) && type.Trim() is "Mains" or "USB" or "Wireless").ToList();
        return inputs.Select(name => Find(host, name)).Aggregate(new Found([], []), (all, next) => all.And(next));
    }

    private static Found Find(HostPlace host, string name)
    {
        bool Has(string file) => host.Tree.FileExists($"{Folder}/{name}/{file}");
        FileChannel Channel(string quantity, string unit, string told) => new(
            new() { Name = quantity, Quantity = quantity, Unit = unit, Boundary = "dc-in" }, $"{Folder}/{name}/{quantity}_now", -6, Told: PayloadUnits.TryFind(told, out var known) ? known : null);
        ImmutableArray<FileChannel> channels =
            Has("voltage_now") && Has("current_now") ? [Channel("voltage", "V", "µV"), Channel("current", "A", "µA")]
            : Has("power_now") ? [Channel("power", "W", "µW")]
            : [];
        if (channels.IsEmpty) return new([], []);             // most tell only whether they are plugged in; that is part of the battery
        var meter = $"supply-{Numbers.AsName(name)}";
        if (Agreed.Any(driver => name.StartsWith(driver, StringComparison.Ordinal)))
            return Found.None(meter, "power", $"power supply {name}: its voltage and current are those agreed with the charger, not those that flow");
        var about = new MeterDescription { Instrument = "Linux power_supply", Kind = SensorKind.Instantaneous, PeriodSeconds = Period.TotalSeconds, ClockDomain = host.ClockDomain };
        var instrument = new FileInstrument(host.Tree, host.Meter(meter), about, Period, Movement.None, channels);
        return instrument.Read() is Reading.Failed failed ? Found.None(meter, "power", $"power supply {name}: {failed.Reason}") : Found.One(instrument);
    }
}
