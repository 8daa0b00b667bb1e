using System.Collections.Immutable;
using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Jetson;

/// <summary>
/// The power monitors of a Jetson (TI INA3221), read from sysfs: voltage (mV) and current (mA) of every rail, all of them one meter, so that a rail
/// can name the one that contains it. Units and files: kernel.org Documentation/hwmon/ina3221; the older driver of L4T (iio) tells the same.
/// Steps: 8 mV of the bus, 40 µV of the shunt (TI SBOS576A). Its window is told by update_interval, where there is such a file.
/// </summary>
public static class Ina3221
{
    private const string Hwmon = "sys/bus/i2c/drivers/ina3221", Iio = "sys/bus/i2c/drivers/ina3221x";
    private const double VoltageStep = 0.008, ShuntStepMicrovolts = 40;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    public static Found Find(HostPlace host, RailTopology topology, Action<string> notice)
    {
        List<Input> inputs = [.. HwmonInputs(host.Tree), .. IioInputs(host.Tree)];
        if (inputs.Count == 0) return Found.None("rails", "power", "power rails: no INA3221 shows itself in sysfs");
        var refused = inputs.Where(i => i.Problem is not null).Select(i => new RefusedInstrument($"rails/{i.Label}", "power", "no-sensor", $"rail {i.Label}: {i.Problem}")).ToImmutableArray();
        inputs.RemoveAll(i => i.Problem is not null);
        if (inputs.Count == 0) return new([], refused.Length > 0 ? refused : [new("rails", "power", "no-sensor", "power rails: the INA3221 has no connected input")]);
        var labels = inputs.Select((input, i) => inputs.Take(i).Any(o => o.Label == input.Label) ? $"{input.Label}-{input.Chip}" : input.Label).ToList();
        var rails = topology.Of(labels, notice);
        var window = inputs.Select(i => i.WindowSeconds).Distinct().ToArray() is [{ } one] ? one : (double?)null;
        var about = new MeterDescription
        {
            Instrument = "INA3221",
            Kind = window is null ? SensorKind.Instantaneous : SensorKind.Averaged,
            WindowSeconds = window,
            StampPosition = window is null ? null : StampPosition.End,
            PeriodSeconds = Period.TotalSeconds,
            ClockDomain = host.ClockDomain,
        };
        var channels = inputs.Zip(labels, rails).SelectMany(r => Channels(r.First, r.Second, r.Third)).ToImmutableArray();
        return new([new FileInstrument(host.Tree, host.Meter("rails"), about, Period, Movement.None, channels)], refused);
    }

    // The analysis multiplies a voltage and a current whose names agree behind the first letter.
    private static IEnumerable<FileChannel> Channels(Input input, string label, Rail rail)
    {
        yield return new(Channel($"v{label}", "voltage", "V", rail, rail.Parent is null ? null : $"v{rail.Parent}", VoltageStep), input.Voltage, -3);
        yield return new(Channel($"i{label}", "current", "A", rail, rail.Parent is null ? null : $"i{rail.Parent}", ShuntStepMicrovolts / input.ShuntMicroohms), input.Current, -3);
    }

    private static ChannelDescription Channel(string name, string quantity, string unit, Rail rail, string? parent, double? step) =>
        new() { Name = name, Quantity = quantity, Unit = unit, Boundary = rail.Boundary, Parent = parent, Resolution = step };

    private static IEnumerable<Input> HwmonInputs(IHostTree tree) =>
        from chip in tree.Names(Hwmon)
        from hwmon in tree.Names($"{Hwmon}/{chip}/hwmon")
        let folder = $"{Hwmon}/{chip}/hwmon/{hwmon}"
        from channel in (int[])[1, 2, 3]               // 4 to 6 are the shunts of these, 7 their sum
        let label = Label(tree, $"{folder}/in{channel}_label")
        where label is not null
        select new Input(chip, label, $"{folder}/in{channel}_input", $"{folder}/curr{channel}_input",
            Number(tree, $"{folder}/shunt{channel}_resistor"), Number(tree, $"{folder}/update_interval") / 1000).Tried(tree);

    private static IEnumerable<Input> IioInputs(IHostTree tree) =>
        from chip in tree.Names(Iio)
        from device in tree.Names($"{Iio}/{chip}").Where(n => n.StartsWith("iio:", StringComparison.Ordinal))
        let folder = $"{Iio}/{chip}/{device}"
        from channel in (int[])[0, 1, 2]
        let label = Label(tree, $"{folder}/rail_name_{channel}")
        where label is not null
        select new Input(chip, label, $"{folder}/in_voltage{channel}_input", $"{folder}/in_current{channel}_input", null, null).Tried(tree);

    /// <summary>Null where nothing is connected: "NC", an empty label, the sum of the shunts.</summary>
    private static string? Label(IHostTree tree, string path) =>
        tree.TryRead(path, out var text, out _) && text.Trim() is { Length: > 0 } label && label != "NC" && !label.StartsWith("sum of", StringComparison.OrdinalIgnoreCase) ? Numbers.AsName(label) : null;

    private static double? Number(IHostTree tree, string path) => tree.TryReadNumber(path, out var number, out _) && number.Mantissa > 0 ? number.ToDouble() : null;

    private sealed record Input(string Chip, string Label, string Voltage, string Current, double? ShuntMicroohms, double? WindowSeconds)
    {
        public string? Problem { get; private init; }

        public Input Tried(IHostTree tree) => this with
        {
            Problem = !tree.TryReadNumber(Voltage, out ExactDecimal _, out var reason) || !tree.TryReadNumber(Current, out _, out reason) ? reason : null,
        };
    }
}
