using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;
using Spectre.Console;

namespace MELT.Host.Reports;

/// <summary>The tables of the terminal. Numbers do not wrap, except where sessions stand side by side.</summary>
internal static class TerminalTables
{
    private static readonly string[] Compared =
        ["ttft_seconds", "decode_tokens_per_second", "energy_joules", "energy_per_output_token_joules"];

    public static Table Metrics(IEnumerable<MetricRow> rows)
    {
        var table = New(null, Left("metric"), Right("value ± U"), Right("k"), Left("method").NoWrap());
        foreach (var row in rows.Where(row => row.HasValue)) Add(table, row.Word.Label, row.Value, row.K, row.Method);
        return table;
    }

    public static Table Energy(SessionResults session, string boundary)
    {
        var rows = EnergyRow.Of(session, boundary);
        var known = rows.Any(row => row.Truth is not null);
        var columns = new List<TableColumn> { Left("phase"), Right("gross"), Right("net") };
        if (known) columns.AddRange([Right("truth"), Right("err/U")]);
        // Said in a column of its own only where it must be, since 80 columns are few.
        var told = rows.Any(row => row.Gross?.Method is "estimated" or "derived" || row.Net?.Method is "estimated" or "derived");
        if (told) columns.Add(Free("method"));
        var table = New($"energy at {boundary}", [.. columns]);
        foreach (var row in rows)
        {
            string[] cells = [row.Name, EnergyRow.Number(row.Gross), EnergyRow.Number(row.Net), .. known ? new[] { row.TruthText, row.ErrorText } : [], .. told ? new[] { row.Method } : []];
            Add(table, cells);
        }

        return table;
    }

    public static Table Phases(ImmutableArray<PhaseRow> rows, string boundary)
    {
        var table = New($"phases of the command at {boundary}", Free("phase"), Right("times"), Right("time"), Right("energy"), Right("mean power"), Free("method"));
        foreach (var row in rows) Add(table, row.Name, Format.Count(row.Count), row.Length, row.EnergyText, row.PowerText, row.Method);
        return table;
    }

    public static Table Operators(string title, ImmutableArray<OperatorLine> lines)
    {
        // Names of operators are long, so a device is a column only where one was told.
        var told = lines.Any(line => line.Names[1] != OperatorLine.NotTold);
        var table = New(title, [Free("operator"), .. told ? new[] { Free("device") } : [], Right("calls"), Right("share"), Right("wall"), Right("CPU")]);
        foreach (var line in lines) Add(table, [.. line.Names.Take(told ? 2 : 1), line.CallsText, line.Percent, line.Wall, line.Cpu]);
        return table;
    }

    public static Table Meters(SessionResults session)
    {
        var table = New("meters", Free("meter"), Right("stored"), Right("lost"), Right("dupl."), Right("reject."), Left("clock"));
        foreach (var meter in session.Meters)
        {
            var (counts, offset) = (meter.Readings, meter.Clock.OffsetU95Seconds is > 0 and var u ? $" ± {Format.Plain(u, "s", 2)}" : "");
            Add(table, meter.Meter, Format.Count(counts.Stored), Format.Count(counts.Lost), Format.Count(counts.Duplicates), Format.Count(counts.Rejected), meter.Clock.Quality + offset);
        }

        return table;
    }

    public static Table Comparison(ImmutableArray<SessionResults> sessions)
    {
        var table = New("sessions", [Free("session"), .. Compared.Select(key => new TableColumn(MetricWord.Of(key).Label) { Alignment = Justify.Right })]);
        foreach (var (i, session) in sessions.Index()) Add(table, [$"{(i + 1).ToString(CultureInfo.InvariantCulture)} {Name(session)}", .. Compared.Select(key => Cell(session.Metrics, key))]);
        return table;
    }

    public static Table Cells(ImmutableArray<CellResults> cells, ImmutableArray<string> names)
    {
        var table = New("repetitions together", [Free("cell"), Right("n"), .. Compared.Select(key => new TableColumn(MetricWord.Of(key).Label) { Alignment = Justify.Right })]);
        foreach (var (cell, name) in cells.Zip(names))
            Add(table, [$"{name}{string.Concat(cell.Flags.Select(flag => $" {(flag == "simulated" ? "SIMULATED" : flag)}"))}", Format.Count(cell.Sessions.Length), .. Compared.Select(key => Cell(cell.Metrics, key) + (CellWords.Of(cell, key) is { Value: not null } mean && mean.N < cell.Sessions.Length ? $", n = {Format.Count(mean.N)}" : ""))]);
        return table;
    }

    public static Table Figures(ImmutableArray<FigureRow> rows)
    {
        var table = New(null, Free(FigureRow.Titles[0]), Free(FigureRow.Titles[1]), Right(FigureRow.Titles[2]), Right(FigureRow.Titles[3]), Free(FigureRow.Titles[4]), Free(FigureRow.Titles[5]));
        foreach (var row in rows) Add(table, row.Where, row.Field, row.Theirs, row.Ours, row.Defects, row.Explained);
        return table;
    }

    private static string Name(SessionResults session) =>
        string.Join("", SessionTitle.Device(session), Cautions.IsSimulated(session) ? " SIMULATED" : "", Cautions.IsSynthetic(session) ? " synthetic" : "");

    private static string Cell(ImmutableSortedDictionary<string, Metric> metrics, string key) => metrics.GetValueOrDefault(key) switch
    {
        Quantity { Value: { } value } quantity => Format.Spoken(value, quantity.U95, MetricWord.Of(key).Unit) + (quantity.Method is "estimated" or "derived" ? $" {quantity.Method}" : ""),
        { } silent => silent.Method,
        null => "–",
    };

    private static Table New(string? title, params TableColumn[] columns)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        if (title is not null) table.Title = new TableTitle(Markup.Escape(title));
        foreach (var column in columns) table.AddColumn(column);
        return table;
    }

    private static void Add(Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Markup(Markup.Escape(cell)))]);

    private static TableColumn Left(string title) => new(title) { NoWrap = true };
    private static TableColumn Right(string title) => new(title) { NoWrap = true, Alignment = Justify.Right };
    private static TableColumn Free(string title) => new(title);
}
