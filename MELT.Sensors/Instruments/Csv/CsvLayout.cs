using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Instruments.Csv;

/// <summary>One column of a stream of lines. A name of <c>-</c> stands for a column that is not read; a unit that is not stated stays unknown.</summary>
public sealed record StreamColumn(string Name, PayloadUnit? Unit)
{
    public bool IsRead => Name != "-";
}

/// <summary>Which column is the time, and what it counts: seconds to this power of ten since an epoch of its own or 1970, or ISO 8601 (null).</summary>
/// <param name="Bits">A counter of that many bits, which starts again behind its range; null: it does not.</param>
public sealed record StreamTime(int Column, EpochUnit? Unit, int? Bits);

/// <summary>What the cells of a line are: written by the operator as <c>v:V,i:mA,t:us</c>, or told by the first line.</summary>
public sealed record CsvLayout(ImmutableArray<StreamColumn> Columns, StreamTime? Time)
{
    public const int MostColumns = 64;

    /// <summary>Names that a column of times goes by where nobody says which it is.</summary>
    private static readonly string[] TimeNames = ["t", "ts", "time", "timestamp"];

    /// <summary>The columns that become channels, in their order.</summary>
    public ImmutableArray<int> Channels { get; } = [.. Enumerable.Range(0, Columns.Length).Where(i => Columns[i].IsRead && i != Time?.Column)];

    /// <summary>Reads <c>NAME[:UNIT],…</c>; <paramref name="time"/> is <c>COLUMN[:UNIT[:BITS]]</c>, <c>none</c>, or null for a column that is called t, ts, time or timestamp and has a unit of time.</summary>
    public static bool TryParse(string columns, string? time, [NotNullWhen(true)] out CsvLayout? layout, [NotNullWhen(false)] out string? problem)
    {
        (layout, problem) = (null, null);
        var read = ImmutableArray.CreateBuilder<StreamColumn>();
        foreach (var text in columns.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
            if (!TryColumn(parts[0], parts.Length > 1 ? parts[1] : null, out var column, out problem)) return false;
            read.Add(column);
        }
        return TryComplete(read.ToImmutable(), time, out layout, out problem);
    }

    /// <summary>Reads a first line such as <c>v [V],i (mA),t:us</c>.</summary>
    public static bool TryHeader(IReadOnlyList<string> cells, string? time, [NotNullWhen(true)] out CsvLayout? layout, [NotNullWhen(false)] out string? problem)
    {
        (layout, problem) = (null, null);
        var read = ImmutableArray.CreateBuilder<StreamColumn>();
        foreach (var cell in cells)
        {
            var column = CsvFormat.Column(cell);
            var parts = column.Unit is null ? column.Name.Split(':', 2, StringSplitOptions.TrimEntries) : [column.Name, column.Unit];
            if (!TryColumn(parts[0], parts.Length > 1 ? parts[1] : null, out var known, out problem)) return false;
            read.Add(known);
        }
        return TryComplete(read.ToImmutable(), time, out layout, out problem);
    }

    private static bool TryColumn(string name, string? unit, [NotNullWhen(true)] out StreamColumn? column, [NotNullWhen(false)] out string? problem)
    {
        (column, problem) = (null, null);
        PayloadUnit? known = null;
        // A time that is no number has no unit of the table.
        if (unit is not (null or "" or "iso") && !PayloadUnits.TryFind(unit, out known)) { problem = $"{JsonMessage.Quote(unit)} of column {JsonMessage.Quote(name)} is no unit that is known; leave it out, and the column is kept without one"; return false; }
        if (name.Length > 128 || name.Any(char.IsControl)) { problem = $"{JsonMessage.Quote(name)} is no name of a column"; return false; }
        column = new(name.Length == 0 ? "-" : name, known);
        return true;
    }

    private static bool TryComplete(ImmutableArray<StreamColumn> columns, string? time, [NotNullWhen(true)] out CsvLayout? layout, [NotNullWhen(false)] out string? problem)
    {
        layout = null;
        if (columns.Length > MostColumns) { problem = $"a line has at most {MostColumns} columns"; return false; }
        if (columns.Where(c => c.IsRead).GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) { problem = $"column {JsonMessage.Quote(twice.Key)} is named twice"; return false; }
        if (!TryTime(columns, time, out var which, out problem)) return false;
        layout = new(columns, which);
        problem = layout.Channels.IsEmpty ? "there is no column beside the time: nothing would be read" : null;
        return problem is null;
    }

    private static bool TryTime(ImmutableArray<StreamColumn> columns, string? time, out StreamTime? which, [NotNullWhen(false)] out string? problem)
    {
        (which, problem) = (null, null);
        if (time == "none") return true;
        if (time is null)
        {
            var at = columns.Select((c, i) => (c, i)).Where(c => TimeNames.Contains(c.c.Name, StringComparer.OrdinalIgnoreCase) && UnitOf(c.c.Unit?.Symbol) is not null).Select(c => (int?)c.i).FirstOrDefault();
            if (at is { } found) which = new(found, UnitOf(columns[found].Unit!.Symbol), null);
            return true;
        }
        var parts = time.Split(':', StringSplitOptions.TrimEntries);
        var column = columns.Select((c, i) => (c.Name, i)).Where(c => c.Name == parts[0]).Select(c => (int?)c.i).FirstOrDefault();
        if (column is not { } index) { problem = $"there is no column {JsonMessage.Quote(parts[0])} for the time; there are {string.Join(", ", columns.Where(c => c.IsRead).Select(c => c.Name))}"; return false; }
        var symbol = parts.Length > 1 ? parts[1] : columns[index].Unit?.Symbol;
        var unit = UnitOf(symbol);
        if (unit is null && symbol != "iso") { problem = $"the time of column {JsonMessage.Quote(parts[0])} is in s, ms, us, ns or iso, not {JsonMessage.Quote(symbol ?? "in no unit")}"; return false; }
        int? bits = null;
        if (parts.Length > 2)
        {
            if (unit is null || !int.TryParse(parts[2], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) || count is < 8 or > 62) { problem = $"{JsonMessage.Quote(parts[2])} is no number of bits from 8 to 62 of a counter"; return false; }
            bits = count;
        }
        which = new(index, unit, bits);
        return true;
    }

    private static EpochUnit? UnitOf(string? symbol) => symbol switch
    {
        "s" => EpochUnit.Seconds,
        "ms" => EpochUnit.Milliseconds,
        "us" or "µs" or "μs" => EpochUnit.Microseconds,
        "ns" => EpochUnit.Nanoseconds,
        _ => null,
    };
}
