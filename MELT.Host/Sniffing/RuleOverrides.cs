using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Discovery;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Sniffing;

/// <summary>What an operator says of a sensor on the command line; it wins over everything that was found out.</summary>
internal sealed partial record RuleOverrides
{
    public string? Name { get; init; }
    public string? Device { get; init; }
    public string? Meter { get; init; }
    public string? Instrument { get; init; }
    public string? Boundary { get; init; }
    public string? Unit { get; init; }
    public string? Quantity { get; init; }
    public SensorKind? Kind { get; init; }
    public string? Clock { get; init; }
    public string? Vouched { get; init; }
    public TimeSpan? Period { get; init; }
    public string? Accuracy { get; init; }
    public bool? Negative { get; init; }
    public ExactDecimal? Scale { get; init; }
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <param name="seen">The fields there are; null: nothing was heard.</param>
    public SensorRule Apply(SensorRule rule, FormatSummary? seen)
    {
        var captures = TopicPattern.TryParse(rule.Topic, out var pattern, out _) ? pattern : null;
        rule = rule with
        {
            // An entry that was named after what it was taken for is named after what it is.
            Name = Name ?? ((Device ?? Meter) is null ? rule.Name : Clean(string.Join('-', new[] { Device ?? rule.Device, Meter ?? rule.Meter }.OfType<string>()))),
            Device = captures?.Captures("device") == true ? Device : Device ?? rule.Device,
            Meter = Meter ?? rule.Meter,
            Instrument = Instrument is "none" or "" ? null : Instrument ?? rule.Instrument,
            PeriodSeconds = Period?.TotalSeconds ?? rule.PeriodSeconds,
            Clock = Clock is null ? rule.Clock : Clock == "arrival" ? null : Clock,
            Vouched = Vouched ?? rule.Vouched,
            Channels = Paths.Count == 0 ? rule.Channels : [.. Paths.Select(p => Chosen(rule, p, seen, captures?.Captures("channel") == true))],
        };
        if (rule.Channels.Length != 1 && (Unit is not null || Quantity is not null || Scale is not null || Negative is not null))
            throw new CommandException($"--unit, --quantity, --scale and --sign speak of one field, and there are {rule.Channels.Length} ({string.Join(", ", rule.Channels.Select(c => c.Path))}); choose one with --path.", ExitCode.Usage);
        rule = rule with { Channels = [.. rule.Channels.Select(c => Apply(c, seen))] };
        if (Kind is { } kind) rule = rule with { Kind = kind, Channels = [.. rule.Channels.Select(c => rule.Channels.Length == 1 || c.Kind == kind ? c with { Kind = null } : c)] };
        return SensorRuleWriter.AsWritten(Accuracy is { } told ? WithAccuracy(rule, told, seen) : rule);
    }

    private ChannelRule Apply(ChannelRule channel, FormatSummary? seen)
    {
        var unit = Unit ?? channel.Unit;
        var quantity = QuantityOf(channel with { Unit = unit }, seen);
        var scale = Scale ?? (Negative is null ? channel.Scale : new(Math.Abs(channel.Scale.Mantissa), channel.Scale.Exponent));
        return channel with
        {
            Unit = unit,
            Quantity = Quantity ?? (Unit is null ? channel.Quantity : null),
            // Of a unit that was only found out, or none: what was found of its steps went with it.
            Resolution = Unit is not null && Unit != channel.Unit ? null : channel.Resolution,
            Boundary = quantity is null or "power" or "voltage" or "current" or "energy" or "charge" ? Boundary ?? channel.Boundary : channel.Boundary,
            Scale = Negative == true ? new(-scale.Mantissa, scale.Exponent) : scale,
        };
    }

    /// <summary>A field that was not proposed is taken as it is: what it measures, the options say.</summary>
    private static ChannelRule Chosen(SensorRule rule, string path, FormatSummary? seen, bool named)
    {
        if (rule.Channels.FirstOrDefault(c => c.Path == path) is { } proposed) return proposed;
        if (seen is not null && seen.Find(path) is null) throw new CommandException($"no message has a field \"{path}\"; there are {string.Join(", ", seen.Fields.Select(f => f.Path).Take(40))}.", ExitCode.Usage);
        return new() { Path = path, Name = named ? null : Clean(path) };
    }

    private static string Clean(string text) => string.Concat(text.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));

    private static string? QuantityOf(ChannelRule channel, FormatSummary? seen) =>
        channel.Quantity ?? ((channel.Unit ?? seen?.Find(channel.Path)?.Unit) is { } unit && PayloadUnits.TryFind(unit, out var known) ? known.Quantity : null);

    /// <summary>Of the channels in whose quantity the offset is told; of the only one when it is told in percent alone.</summary>
    private static SensorRule WithAccuracy(SensorRule rule, string text, FormatSummary? seen)
    {
        if (AccuracyText().Match(text) is not { Success: true } match)
            throw new CommandException($"--accuracy \"{text}\": write a share of the reading and an offset with its unit, and where that is said, as in \"1 % + 0.1 W, data sheet 2024\".", ExitCode.Usage);
        var source = match.Groups["source"].Value is { Length: > 0 } said ? said.Trim() : "as the operator stated";
        var gain = match.Groups["gain"].Success ? double.Parse(match.Groups["gain"].Value, CultureInfo.InvariantCulture) / 100 : 0;
        if (!match.Groups["offset"].Success)
        {
            var only = rule.Channels is [var single] ? single : rule.Channels.Where(c => QuantityOf(c, seen) == "power").ToArray() is [var power] ? power
                : throw new CommandException($"--accuracy \"{text}\" says of no quantity; choose one field with --path, or write an offset with its unit, as in \"1 % + 0 W\".", ExitCode.Usage);
            return With(c => c == only, new(gain, 0, source));
        }
        var symbol = match.Groups["unit"].Value;
        if (!PayloadUnits.TryFind(symbol, out var unit) || !unit.TryConvert(Exact(match.Groups["offset"].Value), out var offset)) throw new CommandException($"--accuracy \"{text}\": {symbol} is no unit that MELT knows.", ExitCode.Usage);
        if (rule.Channels.All(c => QuantityOf(c, seen) != unit.Quantity)) throw new CommandException($"--accuracy \"{text}\": no channel measures {unit.Quantity}.", ExitCode.Usage);
        return With(c => QuantityOf(c, seen) == unit.Quantity, new(gain, offset.ToDouble(), source));

        SensorRule With(Predicate<ChannelRule> of, Accuracy accuracy) => rule with { Channels = [.. rule.Channels.Select(c => of(c) ? c with { Accuracy = accuracy } : c)] };
    }

    private static ExactDecimal Exact(string digits) => ExactDecimal.TryParse(digits, out var value) ? value : throw new CommandException($"--accuracy: {digits} is no number.", ExitCode.Usage);

    [GeneratedRegex(@"^\s*(±\s*)?(?:(?<gain>\d+(\.\d+)?)\s*%)?\s*(?:\+?\s*(?<offset>\d+(\.\d+)?)\s*(?<unit>[^\s\d,%]+))?\s*(?:,(?<source>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex AccuracyText();
}
