using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Android;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// A battery of <c>/sys/class/power_supply</c>: voltage and current at its terminals, or power where it tells only that, or what is left in it.
/// Positive means out of the battery. Drivers disagree about the sign, so it is taken from the battery's status, unless a quirk says which it is.
/// </summary>
public sealed class Battery : IInstrument
{
    private const string Folder = "sys/class/power_supply";

    private readonly HostPlace _host;
    private readonly string _path;
    private readonly ImmutableArray<Quantity> _quantities;
    private readonly ImmutableArray<string> _externals;
    private readonly BatteryQuirk _quirk;

    private Battery(HostPlace host, string name, ImmutableArray<Quantity> quantities, ImmutableArray<string> externals, BatteryQuirk quirk)
    {
        (_host, _path, _quantities, _externals, _quirk) = (host, $"{Folder}/{name}", quantities, externals, quirk);
        Meter = host.Meter($"battery-{Numbers.AsName(name)}");
    }

    public MeterId Meter { get; }
    public TimeSpan Period { get; } = TimeSpan.FromSeconds(1);
    public Movement Movement => Movement.None;          // a gauge may stand for many seconds and be right

    public MeterDescription About => new()
    {
        Instrument = "Linux power_supply",
        Gauge = true,
        Kind = SensorKind.Instantaneous,
        PeriodSeconds = Period.TotalSeconds,
        ClockDomain = _host.ClockDomain,
        Channels =
        [
            .. _quantities.Select(q => new ChannelDescription { Name = q.Channel, Quantity = q.Channel, Unit = q.Unit, Boundary = "battery-terminals", Kind = q.Unit == "J" ? SensorKind.Accumulated : null }),
            .. _externals.IsEmpty ? [] : new[] { new ChannelDescription { Name = "external-power", Quantity = "external-power", Unit = "1", Resolution = 1 } },
        ],
    };

    /// <param name="quirk">How its driver tells current; null: in microamperes, the sign as its status says.</param>
    public static Found Find(HostPlace host, BatteryQuirk? quirk = null)
    {
        var supplies = host.Tree.Names(Folder).Select(name => (Name: name, Type: Text(host.Tree, $"{Folder}/{name}/type"))).ToList();
        // Scope "Device" is the battery of a mouse or a headset.
        var batteries = supplies.Where(s => s.Type == "Battery" && Text(host.Tree, $"{Folder}/{s.Name}/scope") != "Device").Select(s => s.Name).ToList();
        if (batteries.Count == 0) return Found.None("battery", "power", "battery: none");
        ImmutableArray<string> externals = [.. supplies.Where(s => s.Type is "Mains" or "USB").Select(s => s.Name).Where(n => host.Tree.FileExists($"{Folder}/{n}/online"))];
        return batteries.Select(b => Find(host, b, externals, quirk ?? BatteryQuirk.Usual)).Aggregate((all, next) => all.And(next));
    }

    public Reading Read()
    {
        if (!_host.Tree.TryRead($"{_path}/status", out var status, out var reason)) return new Reading.Failed(reason);
        var values = ImmutableArray.CreateBuilder<ChannelValue>();
        var clear = true;
        foreach (var quantity in _quantities)
        {
            if (!_host.Tree.TryReadNumber($"{_path}/{quantity.File}", out var number, out reason)) return new Reading.Failed(reason);
            clear &= !quantity.Signed || _quirk.TrySign(ref number, status.Trim());
            values.Add(new(quantity.Channel, quantity.Channel == "energy" ? Taken(number) : number.Times(quantity.Channel == "current" ? _quirk.Exponent : -6)));
        }
        if (!clear) values.Clear();          // full, or not charging: what flows cannot be told, what feeds the device can
        if (!_externals.IsEmpty)
        {
            var online = _externals.Any(e => Text(_host.Tree, $"{Folder}/{e}/online") is { } text && text != "0");
            values.Add(new("external-power", online ? 1 : 0, 0));
        }
        return values.Count > 0 ? new Reading.Taken(values.ToImmutable()) : new Reading.Nothing();
    }

    private static Found Find(HostPlace host, string battery, ImmutableArray<string> externals, BatteryQuirk quirk)
    {
        bool Has(string file) => host.Tree.TryReadNumber($"{Folder}/{battery}/{file}", out _, out _);
        ImmutableArray<Quantity> quantities =
            Has("voltage_now") && Has("current_now") ? [new("voltage", "voltage_now", "V", false), new("current", "current_now", "A", true)]
            : Has("power_now") ? [new("power", "power_now", "W", true)]
            : Has("energy_now") ? [new("energy", "energy_now", "J", false)]
            : [];
        if (quantities.IsEmpty) return Found.None($"battery-{battery}", "power", $"battery {battery}: tells neither voltage and current nor power nor energy");
        var instrument = new Battery(host, battery, quantities, externals, quirk);
        return instrument.Read() is Reading.Failed failed ? Found.None($"battery-{battery}", "power", $"battery {battery}: {failed.Reason}") : Found.One(instrument);
    }

    /// <summary>What is left, in µWh, as joules that were taken out: a counter that rises as the battery is used.</summary>
    private static ExactDecimal Taken(ExactDecimal left) => left.Mantissa == 0 ? left : new(-36 * left.Mantissa, left.Exponent - 4);

    private static string? Text(IHostTree tree, string path) => tree.TryRead(path, out var text, out _) ? text.Trim() : null;

    private sealed record Quantity(string Channel, string File, string Unit, bool Signed);
}
