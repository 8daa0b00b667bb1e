using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Instruments.Csv;

/// <summary>One line that was understood: its moment and its values in the units of the channels.</summary>
public readonly record struct CsvRow(Stamp At, ImmutableArray<ExactDecimal> Values);

/// <summary>What became of a line.</summary>
public enum LineOutcome
{
    Row,
    /// <summary>Empty, a comment behind #, or the names of the columns.</summary>
    Skipped,
    Bad,
}

/// <summary>
/// Reads lines of cells, exactly. Cells are separated by tabs, semicolons, commas or blanks, the first of these that the first line holds; numbers have a
/// decimal point. A first line whose cells all begin like names is the header: it names the columns where nobody has, and is passed over where somebody
/// did, each time it comes.
/// </summary>
/// <param name="layout">Null: the first line tells.</param>
/// <param name="time">The column of times, where the first line tells the columns; see <see cref="CsvLayout.TryParse"/>.</param>
public sealed class CsvLines(CsvLayout? layout, string? time)
{
    public const int LongestLine = 4096;

    /// <summary>The line is one cell: a name with its unit, <c>p [W]</c>.</summary>
    private const char Whole = '\0';

    private char? _separator;
    private string? _header;
    private Unwrapper? _counter = layout is null ? null : CounterOf(layout);

    /// <summary>Null until the header came.</summary>
    public CsvLayout? Layout { get; private set; } = layout;

    /// <summary>Reads a line without its end. <paramref name="arrived"/> is its moment where no column tells one.</summary>
    public LineOutcome Read(ReadOnlySpan<byte> utf8, Stamp arrived, out CsvRow row, out string? reason)
    {
        (row, reason) = (default, null);
        utf8 = utf8.Trim(" \r"u8);
        if (utf8.IsEmpty || utf8[0] == '#') return LineOutcome.Skipped;
        if (utf8.Length > LongestLine) return Bad($"is longer than {LongestLine} bytes", out reason);
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) return Bad("is not text", out reason);
        Span<char> buffer = stackalloc char[LongestLine];
        System.Text.Encoding.UTF8.TryGetChars(utf8, buffer, out var length);
        ReadOnlySpan<char> line = buffer[..length];
        Span<Range> cells = stackalloc Range[CsvLayout.MostColumns + 1];
        var separator = _separator ?? SeparatorOf(line);
        var count = line.Split(cells, separator, separator == ' ' ? StringSplitOptions.RemoveEmptyEntries : StringSplitOptions.TrimEntries);
        if (count > CsvLayout.MostColumns) return Bad($"has more than {CsvLayout.MostColumns} cells", out reason);
        if (IsHeader(line, cells[..count]) && (_separator is null || line.SequenceEqual(_header))) return Header(line, cells[..count], separator, out reason);
        if (Layout is not { } known) return Bad("came before the names of the columns", out reason);
        if (count != known.Columns.Length) return Bad($"has {count} cells where {known.Columns.Length} columns are named", out reason);
        _separator = separator;
        return Row(known, line, cells, arrived, out row, out reason);
    }

    private LineOutcome Row(CsvLayout known, ReadOnlySpan<char> line, ReadOnlySpan<Range> cells, Stamp arrived, out CsvRow row, out string? reason)
    {
        row = default;
        var at = arrived;
        if (known.Time is { } clock && !TryMoment(clock, line[cells[clock.Column]].Trim('"'), out at, out reason)) return LineOutcome.Bad;
        var values = ImmutableArray.CreateBuilder<ExactDecimal>(known.Channels.Length);
        foreach (var channel in known.Channels)
        {
            var column = known.Columns[channel];
            var cell = line[cells[channel]].Trim('"');
            if (!ScalarText.TryNumber(cell, out var told)) return Bad(cell.IsEmpty ? $"has no value of {column.Name}" : $"has no number for {column.Name}: {JsonMessage.Quote(cell.ToString())}", out reason);
            if (Plausibility.Check(told, column.Unit) is { } implausible) return Bad($"has no value of {column.Name}: {implausible.Text}", out reason);
            if (column.Unit is null) values.Add(told);
            else if (column.Unit.TryConvert(told, out var value)) values.Add(value);
            else return Bad($"has more digits of {column.Name} than a number holds", out reason);
        }
        row = new(at, values.MoveToImmutable());
        reason = null;
        return LineOutcome.Row;
    }

    private bool TryMoment(StreamTime clock, ReadOnlySpan<char> cell, out Stamp at, [NotNullWhen(false)] out string? reason)
    {
        at = default;
        if (clock.Unit is not { } unit)
        {
            reason = StampText.TryParse(cell.ToString(), out at) ? null : $"has no ISO 8601 time with offset: {JsonMessage.Quote(cell.ToString())}";
            return reason is null;
        }
        if (!ScalarText.TryNumber(cell, out var told)) { reason = $"has no time: {JsonMessage.Quote(cell.ToString())}"; return false; }
        if (_counter is { } counter)
        {
            if (!told.TryScale(0, out var raw) || !counter.TryAdd(raw, out var total)) { reason = $"has a time outside a counter of {clock.Bits} bits: {told}"; return false; }
            told = new(total, 0);
        }
        reason = ExactNumbers.TryStamp(told, unit, out at) ? null : $"has a time beyond every clock: {told}";
        return reason is null;
    }

    private LineOutcome Header(ReadOnlySpan<char> line, ReadOnlySpan<Range> cells, char separator, out string? reason)
    {
        reason = null;
        _header ??= line.ToString();
        if (Layout is not null) return LineOutcome.Skipped;
        var names = new List<string>(cells.Length);
        foreach (var cell in cells) names.Add(line[cell].ToString());
        if (!CsvLayout.TryHeader(names, time, out var told, out var problem)) return Bad($"cannot name the columns: {problem}", out reason);
        (Layout, _separator, _counter) = (told, separator, CounterOf(told));
        return LineOutcome.Skipped;
    }

    private static Unwrapper? CounterOf(CsvLayout layout) => layout.Time?.Bits is { } bits ? new Unwrapper(1L << bits) : null;

    private static char SeparatorOf(ReadOnlySpan<char> line) => line.Contains('\t') ? '\t' : line.Contains(';') ? ';' : line.Contains(',') ? ',' : line.ContainsAny('[', '(') ? Whole : ' ';

    private static bool IsHeader(ReadOnlySpan<char> line, ReadOnlySpan<Range> cells)
    {
        foreach (var range in cells)
            if (line[range].Trim('"') is { IsEmpty: true } || !(char.IsLetter(line[range].Trim('"')[0]) || line[range][0] == '_') || ScalarText.IsAbsent(line[range])) return false;
        return true;
    }

    private static LineOutcome Bad(string why, out string? reason)
    {
        reason = why;
        return LineOutcome.Bad;
    }
}
