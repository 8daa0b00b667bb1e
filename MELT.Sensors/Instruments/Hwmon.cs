using System.Collections.Immutable;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>
/// Chips of <c>/sys/class/hwmon</c> that tell power, energy, or voltage and current: one meter per chip, a channel per file, named by its label. Files and
/// units: kernel.org Documentation/hwmon/sysfs-interface (µW, µJ, mV, mA). Which of its powers contains which, a chip does not say, so a channel has a
/// boundary only where its driver documents one; the operator can state it. Voltage and current of a PMBus chip pair by their labels, vin with iin.
/// </summary>
public static class Hwmon
{
    private const string Folder = "sys/class/hwmon";
    private const string Jetson = "ina3221";
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(10);

    /// <summary>One pair of bus voltage and current; in0 is the shunt (kernel.org Documentation/hwmon/ina2xx).</summary>
    private static readonly string[] Shunts = ["ina209", "ina219", "ina220", "ina226", "ina228", "ina230", "ina231", "ina234", "ina237", "ina238", "ina260"];

    /// <summary>
    /// What drivers say their files are of: amdgpu, "average power used by the SoC" (kernel.org gpu/amdgpu/thermal); i915, "energy input for the entire
    /// device", xe, card and package (kernel.org ABI sysfs-driver-intel-i915-hwmon, -xe-hwmon).
    /// </summary>
    private static readonly (string Chip, string? Label, string Boundary)[] Documented = [("amdgpu", null, "package"), ("i915", null, "board"), ("xe", "card", "board"), ("xe", "pkg", "package")];

    private static readonly ImmutableArray<Quantity> Quantities =
    [
        new("power", "_input", "power", "W", "µW", -6, SensorKind.Instantaneous),
        new("power", "_average", "power", "W", "µW", -6, SensorKind.Averaged),
        new("energy", "_input", "energy", "J", "µJ", -6, SensorKind.Accumulated),
        new("in", "_input", "voltage", "V", "mV", -3, SensorKind.Instantaneous),
        new("curr", "_input", "current", "A", "mA", -3, SensorKind.Instantaneous),
    ];

    /// <param name="railsAreTaken">The power monitors of a Jetson are already a meter.</param>
    public static Found Find(HostPlace host, bool railsAreTaken)
    {
        // The kernel shows a power supply as a chip too, under its own name.
        var supplies = host.Tree.Names("sys/class/power_supply").Select(name => name.Replace('-', '_')).ToHashSet();
        var chips = host.Tree.Names(Folder).Select(folder => (Folder: folder, Name: host.Tree.TryRead($"{Folder}/{folder}/name", out var text, out _) ? text.Trim() : ""))
            .Where(c => c.Name.Length > 0 && !supplies.Contains(c.Name) && !(railsAreTaken && c.Name == Jetson)).ToList();
        return chips.Select(c => Chip(host, c.Folder, c.Name, chips.Count(o => o.Name == c.Name) > 1 ? Place(host.Tree, c.Folder) : null))
            .Aggregate(new Found([], []), (all, next) => all.And(next));
    }

    private static Found Chip(HostPlace host, string folder, string chip, string? place)
    {
        var files = host.Tree.Names($"{Folder}/{folder}");
        var inputs = Quantities.SelectMany(q => files.Select(file => q.IndexOf(file) is { } index && !(q.Prefix == "in" && index == 0 && Shunts.Contains(chip)) ? new Input(q, index, file) : null)).OfType<Input>()
            .OrderBy(i => Quantities.IndexOf(i.Of)).ThenBy(i => i.Index).ToList();
        if (!inputs.Exists(i => i.Of.Unit is "W" or "J") && !(inputs.Exists(i => i.Of.Unit == "V") && inputs.Exists(i => i.Of.Unit == "A"))) return new([], []);

        var meter = $"hwmon-{Numbers.AsName(chip)}{(place is null ? "" : $"-{Numbers.AsName(place)}")}";
        var (channels, problem) = (ImmutableArray.CreateBuilder<FileChannel>(), (string?)null);
        foreach (var input in inputs)
        {
            var path = $"{Folder}/{folder}/{input.File}";
            if (!host.Tree.TryReadNumber(path, out _, out var reason)) { problem ??= reason; continue; }
            channels.Add(new(Channel(host.Tree, folder, chip, input, inputs, channels.Select(c => c.Description.Name)), path, input.Of.Exponent, Told: PayloadUnits.TryFind(input.Of.Told, out var told) ? told : null));
        }
        if (channels.Count == 0) return Found.None(meter, "power", $"hwmon {chip}: {problem}");
        var update = Milliseconds(host.Tree, $"{Folder}/{folder}/update_interval");
        var period = update is { } step ? TimeSpan.FromTicks(Math.Clamp(step.Ticks, Shortest.Ticks, Longest.Ticks)) : Shortest;
        // An INA converts all the time and tells the mean over its interval; of other chips the interval is when they look.
        var window = Shunts.Contains(chip) ? update
            : inputs.Where(i => i.Of.Kind == SensorKind.Averaged).Select(i => Milliseconds(host.Tree, $"{Folder}/{folder}/power{i.Index}_average_interval")).Distinct().ToArray() is [{ } one] ? one : null;
        var about = new MeterDescription
        {
            Instrument = Shunts.Contains(chip) ? chip.ToUpperInvariant() : $"Linux hwmon {chip}",
            Kind = Shunts.Contains(chip) && window is not null ? SensorKind.Averaged : SensorKind.Instantaneous,
            WindowSeconds = window?.TotalSeconds,
            StampPosition = window is null ? null : StampPosition.End,
            PeriodSeconds = period.TotalSeconds,
            ClockDomain = host.ClockDomain,
        };
        if (about.Kind == SensorKind.Averaged)
            for (var i = 0; i < channels.Count; i++) channels[i] = channels[i] with { Description = channels[i].Description with { Kind = channels[i].Description.Kind == SensorKind.Accumulated ? SensorKind.Accumulated : null } };
        return Found.One(new FileInstrument(host.Tree, host.Meter(meter), about, period, Movement.None, channels.ToImmutable()));
    }

    private static ChannelDescription Channel(IHostTree tree, string folder, string chip, Input input, List<Input> inputs, IEnumerable<string> taken)
    {
        var label = tree.TryRead($"{Folder}/{folder}/{input.Of.Prefix}{input.Index}_label", out var text, out _) && text.Trim().Length > 0 ? text.Trim() : null;
        var average = input.Of.Kind == SensorKind.Averaged;
        var name = Name(chip, input, label);
        // Both views of one power: the momentary one stands for it.
        var parent = average && inputs.Exists(i => i.Of.Unit == "W" && i.Of.Kind != SensorKind.Averaged && i.Index == input.Index) ? name : null;
        if (parent is not null) name += "-average";
        return new()
        {
            Name = taken.Contains(name) ? $"{name}-{input.Of.Prefix}{input.Index}" : name,
            Quantity = input.Of.Name,
            Unit = input.Of.Unit,
            Kind = input.Of.Kind == SensorKind.Instantaneous ? null : input.Of.Kind,
            Parent = parent,
            Boundary = input.Of.Unit is "W" or "J" ? Documented.Where(d => d.Chip == chip && (d.Label is null || d.Label == label)).Select(d => d.Boundary).FirstOrDefault() : null,
        };
    }

    private static string Name(string chip, Input input, string? label) =>
        label is not null ? Numbers.AsName(label)
        : Shunts.Contains(chip) && input.Of.Unit is "V" or "A" ? input.Of.Unit == "V" ? "v" : "i"
        : $"{input.Of.Prefix}{input.Index}";

    /// <summary>Where a chip sits, which stays the same from boot to boot; its number does not.</summary>
    private static string Place(IHostTree tree, string folder) =>
        ((string[])["i2c", "pci", "platform"]).SelectMany(bus => tree.Names($"sys/bus/{bus}/devices").Select(device => (bus, device)))
            .Where(d => tree.FolderExists($"sys/bus/{d.bus}/devices/{d.device}/hwmon/{folder}")).Select(d => d.device).FirstOrDefault() ?? folder;

    private static TimeSpan? Milliseconds(IHostTree tree, string path) =>
        tree.TryReadNumber(path, out var number, out _) && number.ToDouble() is > 0 and < 3_600_000 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private sealed record Input(Quantity Of, int Index, string File);

    private sealed record Quantity(string Prefix, string Suffix, string Name, string Unit, string Told, int Exponent, SensorKind Kind)
    {
        public int? IndexOf(string file) => file.StartsWith(Prefix, StringComparison.Ordinal) && file.EndsWith(Suffix, StringComparison.Ordinal)
            && Numbers.TryParse(file.AsSpan(Prefix.Length, Math.Max(0, file.Length - Prefix.Length - Suffix.Length)), out long index) && index is >= 0 and < 1000 ? (int)index : null;
    }
}
