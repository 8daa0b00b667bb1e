using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>
/// From the fields of a payload to the readings of a meter: the fields a rule names, scaled and converted exactly to the base unit of their quantity,
/// stamped by the payload's own clock where the rule names its domain, else on arrival. What is no value, or beyond what its quantity can be, is rejected with the reason.
/// </summary>
public static class RuleReader
{
    public static RuleReading Read(RuleMatch match, ImmutableArray<PayloadField> fields, Stamp arrived)
    {
        var readings = new List<Reading>();
        var channels = ImmutableArray.CreateBuilder<ChannelDescription>();
        var rejections = ImmutableArray.CreateBuilder<Rejection>();
        foreach (var channel in match.Rule.Channels)
        {
            var name = channel.Name ?? match.Channel!;
            foreach (var field in fields)
            {
                if (field.Path != channel.Path) continue;
                if (Take(channel, name, field, out var reading) is { } rejection) { rejections.Add(rejection); continue; }
                readings.Add(reading);
                var about = RuleDescription.Of(channel, name, channel.Unit ?? field.Unit);
                if (channels.FirstOrDefault(c => c.Name == name) is not { } before) channels.Add(about);
                else if (before != about) { readings.RemoveAt(readings.Count - 1); rejections.Add(new(Rejection.Invalid, $"{Quote(field)} is in {field.Unit ?? "no unit"}, and in the same message in {before.Unit ?? "no unit"}")); }
            }
        }
        var blocks = match.Rule.Clock is null ? OnArrival(readings, arrived, rejections) : ByItsClock(readings, rejections);
        return new(blocks, blocks.IsEmpty ? [] : channels.ToImmutable(), match.Rule.Clock is null ? Told(readings) : null, rejections.ToImmutable());
    }

    private readonly record struct Reading(string Channel, ExactDecimal Value, PayloadField Field);

    /// <summary>Null: taken; otherwise why not.</summary>
    private static Rejection? Take(ChannelRule channel, string name, PayloadField field, out Reading reading)
    {
        reading = default;
        if (field.Value.Kind == PayloadKind.Text) return new(Rejection.Shape, $"{Quote(field)} is the text {JsonMessage.Quote(field.Value.ToString())}, not a number");
        var told = field.Value.Number;
        if (Plausibility.Check(told, null) is { } missing) return missing with { Text = $"{field.Path}: {missing.Text}" };
        if (!ExactNumbers.TryMultiply(told, channel.Scale, out var scaled)) return new(Rejection.Invalid, $"{field.Path}: {told} × {channel.Scale} has more digits than a number holds");
        if ((channel.Unit ?? field.Unit) is { } symbol && PayloadUnits.TryFind(symbol, out var unit))
        {
            if (channel.Quantity is { } quantity && quantity != unit.Quantity) return new(Rejection.Invalid, $"{field.Path} is told in {symbol}, which measures {unit.Quantity}, not {quantity}");
            if (Plausibility.Check(scaled, unit) is { } beyond) return beyond with { Text = $"{field.Path}: {beyond.Text}" };
            unit.TryConvert(scaled, out scaled);        // checked just now
        }
        reading = new(name, scaled, field);
        return null;
    }

    /// <summary>One moment for all: several in one message have no order in time that arrival could tell.</summary>
    private static ImmutableArray<SampleBlock> OnArrival(List<Reading> readings, Stamp arrived, ImmutableArray<Rejection>.Builder rejections)
    {
        if (readings.RemoveAll(r => r.Field.Historical) > 0)
            rejections.Add(new(Rejection.Stamp, "the sender kept it and told it later than it was measured, so the arrival is not its moment; a rule with a clock takes the sender's times"));
        if (readings.Any(r => r.Field.AtFromArrival)) return Blocks([.. readings.Select(r => (r.Field.At ?? arrived, r))], onArrival: true);
        if (readings.Select(r => r.Field.At).Distinct().Count() > 1 || readings.GroupBy(r => r.Channel).Any(g => g.Count() > 1))
        {
            rejections.Add(new(Rejection.MixedStamps, "the message holds readings of several moments, and arrives at one; a rule with a clock takes the times it tells"));
            return [];
        }
        return Blocks([.. readings.Select(r => (arrived, r))], onArrival: true);
    }

    private static ImmutableArray<SampleBlock> ByItsClock(List<Reading> readings, ImmutableArray<Rejection>.Builder rejections)
    {
        foreach (var path in readings.Where(r => r.Field.At is null || r.Field.AtFromArrival).Select(r => r.Field.Path).Distinct())
            rejections.Add(new(Rejection.Stamp, $"{JsonMessage.Quote(path)} tells no time of its own, which the rule's clock would stamp; a rule without a clock stamps on arrival"));
        return Blocks([.. readings.Where(r => r.Field.At is not null && !r.Field.AtFromArrival).Select(r => (r.Field.At!.Value, r))], onArrival: false);
    }

    private static ImmutableArray<SampleBlock> Blocks(List<(Stamp At, Reading Reading)> readings, bool onArrival)
    {
        var blocks = ImmutableArray.CreateBuilder<SampleBlock>();
        // The payload's order of moments; Lookup keeps it, and the order of channels within each.
        foreach (var rows in Runs([.. readings.ToLookup(r => r.At, r => r.Reading).Select(row => (row.Key, Row: row.DistinctBy(r => r.Channel).ToArray()))]))
        {
            var columns = rows[0].Row.Select(r => new ColumnBuilder(r.Channel)).ToArray();
            foreach (var (_, row) in rows)
                for (var c = 0; c < columns.Length; c++) columns[c].Add(row[c].Value);
            blocks.Add(new(null, onArrival, [.. rows.Select(r => r.At.Nanoseconds)], [.. columns.Select(c => c.Build())]));
        }
        return blocks.ToImmutable();
    }

    /// <summary>Rows that follow one another and have the same channels.</summary>
    private static IEnumerable<List<(Stamp At, Reading[] Row)>> Runs(IReadOnlyList<(Stamp At, Reading[] Row)> rows)
    {
        List<(Stamp, Reading[])> run = [];
        foreach (var row in rows)
        {
            if (run.Count > 0 && (run.Count == SampleBlock.MaximumSamples || !run[0].Item2.Select(r => r.Channel).SequenceEqual(row.Row.Select(r => r.Channel))))
            {
                yield return run;
                run = [];
            }
            run.Add(row);
        }
        if (run.Count > 0) yield return run;
    }

    private static Stamp? Told(List<Reading> readings) => readings.FirstOrDefault(r => r.Field.At is not null && !r.Field.AtFromArrival).Field.At;

    private static string Quote(PayloadField field) => JsonMessage.Quote(field.Path);
}
