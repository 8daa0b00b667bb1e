using System.Collections.Immutable;
using MELT.Sensors.Instruments.Nvidia;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>The names and units of the columns, as a line without any number told them.</summary>
public sealed record CsvState(ImmutableArray<CsvColumn> Columns, char Separator) : PayloadState;

/// <summary>One column: its name without the unit, the unit, and the field of nvidia-smi when it is one.</summary>
public sealed record CsvColumn(string Name, string? Unit, NvidiaSmiField? Card);

/// <summary>
/// Lines of cells, separated by commas, semicolons or tabs. A line without any number names the columns, for itself and what follows; without one they are
/// named 0, 1, …. A unit stands in the header as <c>power.draw [W]</c> or <c>Power (W)</c>, or behind the number. The cells of nvidia-smi are read as its
/// own reader does. Quoted separators are not understood; a column of times is a text, since nothing says its zone.
/// </summary>
public sealed class CsvFormat(string name) : IPayloadFormat
{
    private const int LongestLine = 4096;
    private const int MostColumns = 256;
    private const int HeaderWeight = 320;
    private const int ColumnWeight = 160;
    private static readonly ImmutableDictionary<string, NvidiaSmiField> Cards = NvidiaSmiField.Known.ToImmutableDictionary(f => f.Query);
    private static readonly string[] Numbers = [.. Enumerable.Range(0, MostColumns).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public string Name => name;

    public string? StateKey(string topic) => topic;

    public PayloadResult Decode(PayloadMessage message, PayloadState? state)
    {
        var header = state as CsvState;
        var fields = new FieldList(message.Payload.Length);
        var number = 0;
        if (message.Payload.Length > PayloadLimits.LongestPayload) fields.Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        else if (!System.Text.Unicode.Utf8.IsValid(message.Payload)) fields.Reject(Rejection.Malformed, "the payload is not text");
        else
        {
            for (var rest = message.Payload; !rest.IsEmpty && fields.Rejection is null;)
            {
                var end = rest.IndexOf((byte)'\n');
                var line = (end < 0 ? rest : rest[..end]).Trim(" \r"u8);
                rest = end < 0 ? [] : rest[(end + 1)..];
                number++;
                if (!line.IsEmpty) Line(line, number, ref header, fields);
            }
            if (fields.Rejection is null && fields.Count == 0 && header is null) fields.Reject(Rejection.Shape, "there is no line in the payload");
        }
        return fields.Done(fields.Rejection is null ? header : state);
    }

    public PayloadEvidence? Recognise(PayloadMessage message)
    {
        if (message.Payload is not [> 32, ..] || message.Payload[0] is (byte)'{' or (byte)'[' || !Separators(message.Payload) || Decode(message, null) is not PayloadResult.Decoded decoded) return null;
        var cards = decoded.State is CsvState { Columns: var columns } && columns.Any(c => c.Card is not null);
        if (cards) return name == "nvidia-smi" ? new(PayloadFit.Keys, "the header names fields of nvidia-smi --query-gpu") : null;
        return name == "csv" && decoded.Fields.Any(f => f.Value.IsNumber) ? new(PayloadFit.CouldBe, "the payload is lines of cells with numbers in them") : null;
    }

    private static bool Separators(ReadOnlySpan<byte> line) => line.IndexOfAny(",;\t"u8) >= 0;

    private static bool Line(ReadOnlySpan<byte> utf8, int number, ref CsvState? header, FieldList fields)
    {
        if (utf8.Length > LongestLine) return fields.Reject(Rejection.TooLarge, $"line {number} is longer than {LongestLine} bytes");
        Span<char> buffer = stackalloc char[LongestLine];
        System.Text.Encoding.UTF8.TryGetChars(utf8, buffer, out var length);
        ReadOnlySpan<char> line = buffer[..length];
        var separator = header?.Separator ?? (line.Contains('\t') ? '\t' : line.Contains(';') ? ';' : ',');
        Span<Range> cells = stackalloc Range[MostColumns + 1];
        var count = line.Split(cells, separator, StringSplitOptions.TrimEntries);
        if (count > MostColumns) return fields.Reject(Rejection.TooLarge, $"line {number} has more than {MostColumns} cells");
        // With names known, a line of texts is a line of values, unless it is another header or the same one again.
        if (IsHeader(line, cells[..count]) && (header is null || header.Columns.Length != count || header.Columns[0] == Column(line[cells[0]]))) return Header(line, cells[..count], number, separator, ref header, fields);
        if (header is not null && header.Columns.Length != count) return fields.Reject(Rejection.Shape, $"line {number} has {count} cells, the header has {header.Columns.Length}");
        for (var i = 0; i < count; i++)
        {
            var cell = line[cells[i]];
            if (ScalarText.IsAbsent(cell)) continue;
            if (cell.Length > PayloadLimits.LongestText) return fields.Reject(Rejection.TooLarge, $"line {number} has a cell of more than {PayloadLimits.LongestText} characters");
            if (!(header is null ? Cell(Numbers[i], null, cell, fields) : Cell(header.Columns[i].Name, header.Columns[i], cell, fields))) return false;
        }
        return true;
    }

    private static bool Header(ReadOnlySpan<char> line, ReadOnlySpan<Range> cells, int number, char separator, ref CsvState? header, FieldList fields)
    {
        if (!fields.Charge(HeaderWeight + cells.Length * ColumnWeight + 2 * line.Length)) return false;
        var named = ImmutableArray.CreateBuilder<CsvColumn>(cells.Length);
        foreach (var cell in cells)
        {
            var column = Column(line[cell]);
            if (column.Name.Length is 0 or > PayloadLimits.LongestPath) return fields.Reject(Rejection.Shape, $"line {number}: a column has no name, or one of more than {PayloadLimits.LongestPath} characters");
            for (var i = 0; i < named.Count; i++)
                if (named[i].Name == column.Name) return fields.Reject(Rejection.DuplicateKey, $"line {number}: column {JsonMessage.Quote(column.Name)} is there twice");
            named.Add(column);
        }
        header = new(named.MoveToImmutable(), separator);
        return true;
    }

    private static bool Cell(string path, CsvColumn? column, ReadOnlySpan<char> cell, FieldList fields)
    {
        if (!fields.Charge(24 + 4 * cell.Length)) return false;
        if (column?.Card is { } card)
        {
            var text = cell.ToString();
            if (NvidiaSmiField.IsMissing(text)) return true;
            return ScalarText.TryNumber(card.Number(text), out var told) ? fields.Add(new(path, PayloadValue.Of(told), null, card.Unit ?? (card.Channel.Unit == "°C" ? "°C" : null))) : fields.Skip(Rejection.Shape, $"{card.Query} is no number: {JsonMessage.Quote(text)}");
        }
        var value = ScalarText.Read(cell, out var unit);
        return fields.Add(new(path, value, null, unit ?? (value.IsNumber ? column?.Unit : null)));
    }

    private static bool IsHeader(ReadOnlySpan<char> line, ReadOnlySpan<Range> cells)
    {
        foreach (var range in cells)
            if (line[range] is { IsEmpty: true } || !(line[range][0] is var first && (char.IsLetter(first) || first is '"' or '_' or '#' or '%')) || ScalarText.IsAbsent(line[range])) return false;
        return true;
    }

    internal static CsvColumn Column(ReadOnlySpan<char> header)
    {
        var text = header.Trim("\"# ");
        var open = text.LastIndexOfAny("[(");
        var unit = open > 0 && text[^1] is ']' or ')' ? text[(open + 1)..^1].Trim() : default;
        var name = (unit.IsEmpty ? text : text[..open].TrimEnd()).ToString();
        var card = Cards.GetValueOrDefault(name);
        return new(name, unit.IsEmpty ? null : unit.ToString(), card);
    }
}
