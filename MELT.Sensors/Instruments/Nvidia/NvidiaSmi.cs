using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Remote;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Nvidia;

/// <summary>
/// <c>nvidia-smi --query-gpu=index,… --format=csv,noheader,nounits -lms N</c>: one line per card. All cards are one meter, since they are asked
/// together, so their powers can be added; with several cards a channel bears its card's index. A reading is complete when the last card has told.
/// Readings repeat what the sensor said last, so no period is stated; over which window it averages is not known.
/// </summary>
public sealed class NvidiaSmi : IFrameDecoder
{
    private readonly ImmutableArray<NvidiaSmiField> _fields;
    private readonly ImmutableArray<int> _cards;
    private readonly ImmutableHashSet<string> _channels;
    private readonly List<ChannelValue> _told = [];
    private int _lastCard = -1;

    /// <param name="first">One line of each card; fields that no line has a number for are left out.</param>
    public NvidiaSmi(HostPlace host, ImmutableArray<NvidiaSmiField> fields, IReadOnlyList<string> first)
    {
        (_fields, Meter) = (fields, host.Meter("nvidia-smi"));
        var cards = first.Select(l => TryDecode(l, fields, out var card, out var values, out _) ? (Card: card, Values: values) : (Card: -1, Values: [])).Where(c => c.Card >= 0).DistinctBy(c => c.Card).OrderBy(c => c.Card).ToList();
        _cards = [.. cards.Select(c => c.Card)];
        About = new()
        {
            Instrument = "nvidia-smi",
            Kind = SensorKind.Averaged,
            Held = true,
            ClockDomain = host.ClockDomain,
            Channels = [.. cards.SelectMany(card => NvidiaSmiField.Alternatives([.. fields.Select(f => f.Channel).Where(c => card.Values.Any(v => v.Channel == c.Name))])
                .Select(c => c with { Name = Name(c.Name, card.Card), Parent = c.Parent is { } parent ? Name(parent, card.Card) : null }))],
        };
        _channels = [.. About.Channels.Select(c => c.Name)];
    }

    public MeterId Meter { get; }
    public MeterDescription About { get; }

    public static string Program(IEnumerable<NvidiaSmiField> fields) => $"nvidia-smi --query-gpu=index,{string.Join(',', fields.Select(f => f.Query))} --format=csv,noheader,nounits";

    /// <summary>The program that goes on printing, every so often.</summary>
    public static string Program(IEnumerable<NvidiaSmiField> fields, TimeSpan period) => string.Create(CultureInfo.InvariantCulture, $"{Program(fields)} -lms {period.TotalMilliseconds:0}");

    /// <summary>Asks which fields the driver knows and which cards there are; null with what it said when none tells anything.</summary>
    /// <param name="run">Runs the program once; what it printed.</param>
    public static async Task<(NvidiaSmi? Decoder, ImmutableArray<NvidiaSmiField> Fields, string Reason)> AskAsync(HostPlace host, Func<string, Task<string>> run)
    {
        for (var fields = NvidiaSmiField.Known; ;)
        {
            var lines = (await run(Program(fields))).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            // Drivers differ in which fields they know; one they do not know makes them tell nothing but its name.
            if (fields.FirstOrDefault(f => lines.Any(l => l.Contains("not a valid field", StringComparison.OrdinalIgnoreCase) && l.Contains($"\"{f.Query}\"", StringComparison.Ordinal))) is { } unknown)
            {
                fields = fields.Remove(unknown);
                continue;
            }
            var decoder = new NvidiaSmi(host, fields, lines);
            return decoder.About.Channels.IsEmpty ? (null, fields, lines.Length > 0 ? lines[0] : "it told nothing") : (decoder, fields, "");
        }
    }

    public Reading Decode(ImmutableArray<string> lines)
    {
        Reading answer = new Reading.Nothing();
        foreach (var line in lines)
        {
            if (!TryDecode(line, _fields, out var card, out var values, out var reason)) return new Reading.Failed(reason!);
            if (!_cards.Contains(card)) return new Reading.Failed($"nvidia-smi tells a card {card} that was not there before");
            if (card <= _lastCard) _told.Clear();          // a line was lost: what was told of the round before stays incomplete
            _told.AddRange(values.Select(v => v with { Channel = Name(v.Channel, card) }).Where(v => _channels.Contains(v.Channel)));
            _lastCard = card;
            if (card != _cards[^1]) continue;
            if (_told.Count > 0) answer = new Reading.Taken([.. _told]);
            _told.Clear();
            _lastCard = -1;
        }
        return answer;
    }

    /// <summary>Decodes one line, with or without units; cells without a number are left out.</summary>
    public static bool TryDecode(string line, ImmutableArray<NvidiaSmiField> fields, out int card, out ImmutableArray<ChannelValue> values, out string? reason)
    {
        (card, values) = (-1, []);
        var cells = line.Split(',', StringSplitOptions.TrimEntries);
        reason = $"no line of nvidia-smi: {JsonMessage.Quote(line.Length > 160 ? line[..160] : line)}";
        if (cells.Length != fields.Length + 1 || !Numbers.TryParse(cells[0], out long index) || index is < 0 or > 1023) return false;
        var found = ImmutableArray.CreateBuilder<ChannelValue>();
        foreach (var (field, cell) in fields.Zip(cells.Skip(1)))
        {
            if (NvidiaSmiField.IsMissing(cell)) continue;
            if (!Numbers.TryParse(field.Number(cell), out ExactDecimal number) || Math.Abs(number.Mantissa) > long.MaxValue / field.Factor)
            {
                reason = $"{field.Query} of nvidia-smi is no number: {JsonMessage.Quote(cell)}";
                return false;
            }
            found.Add(new(field.Channel.Name, (number with { Mantissa = number.Mantissa * field.Factor }).Times(field.Exponent)));
        }
        (card, values, reason) = ((int)index, found.ToImmutable(), null);
        return true;
    }

    private string Name(string channel, int card) => _cards.Length == 1 ? channel : $"{channel}.{card}";
}
