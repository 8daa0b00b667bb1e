using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Csv;

/// <summary>What a bridge is told of the instrument behind a stream of lines.</summary>
public sealed record CsvBridgeOptions
{
    public required MeterId Meter { get; init; }
    /// <summary>Null: the first line names the columns.</summary>
    public CsvLayout? Layout { get; init; }
    /// <summary>The column of times where the first line names the columns.</summary>
    public string? Time { get; init; }
    /// <summary>What is known of the instrument; its channels are those of the lines.</summary>
    public required MeterDescription About { get; init; }
    /// <summary>Of every channel of power, energy, voltage and current.</summary>
    public string? Boundary { get; init; }
    /// <summary>This host's clock, which stamps lines that tell no time.</summary>
    public required StreamClock Arrival { get; init; }
    /// <summary>The clock of the column of times, where there is one.</summary>
    public required StreamClock Lines { get; init; }
    /// <summary>Number of the first reading. A meter knows what is stored by its numbers, so a bridge that starts again goes on behind its last.</summary>
    public required long FirstNumber { get; init; }
    /// <summary>Readings that wait for the broker.</summary>
    public int Room { get; init; } = 1 << 20;
    /// <summary>What happens when so many wait: false, the input waits; true, what is read next is lost, and its numbers stay a gap.</summary>
    public bool LosesWhenFull { get; init; }
    /// <summary>Whoever begins to listen to a line that is being sent hears its end only.</summary>
    public bool StartsInsideALine { get; init; }
    /// <summary>Called where the input has no more for now; false: that is its end.</summary>
    public Func<CancellationToken, ValueTask<bool>> More { get; init; } = static _ => ValueTask.FromResult(false);
    /// <summary>Between two lines about how it goes.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromMinutes(1);
    /// <summary>How long what was read is waited for when it is told to stop.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The description with the channels of these columns.</summary>
    public MeterDescription Describe(CsvLayout layout) => About with
    {
        ClockDomain = ClockOf(layout).Domain,
        Probes = ClockOf(layout).Now is null ? null : true,
        Channels = [.. layout.Channels.Select(i => Channel(layout.Columns[i]))],
    };

    internal StreamClock ClockOf(CsvLayout layout) => layout.Time is null ? Arrival : Lines;

    private ChannelDescription Channel(StreamColumn column) => new()
    {
        Name = column.Name,
        Quantity = QuantityOf(column.Unit),
        Unit = column.Unit?.Base,
        Boundary = column.Unit?.Quantity is "power" or "energy" or "voltage" or "current" ? Boundary : null,
    };

    // A share or a length of time may be anything.
    private static string? QuantityOf(PayloadUnit? unit) => unit?.Quantity is "ratio" or "duration" ? null : unit?.Quantity;
}

/// <summary>A clock by the name of its domain. <see cref="Now"/>: what it says; null where only the instrument knows.</summary>
public sealed record StreamClock(string Domain, Func<Stamp>? Now);

/// <summary>How a bridge has done up to now.</summary>
/// <param name="Lines">Everything that ended in a newline, and what came behind the last one.</param>
/// <param name="Skipped">Empty lines, comments, headers, and the first line of a serial line.</param>
/// <param name="FirstBad">Number of the first line that was not understood, and why; null: there was none.</param>
/// <param name="Acknowledged">Readings that the laboratory or its broker has.</param>
/// <param name="Lost">Readings that were given up since too many waited; their numbers are a gap.</param>
public sealed record BridgeSummary(MeterId Meter, long Lines, long Skipped, long Bad, BadLine? FirstBad, long Readings, long Lost, long Acknowledged, long Blocks)
{
    /// <summary>Readings that nobody is known to have.</summary>
    public long Unacknowledged => Readings - Lost - Acknowledged;

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Meter}: {Readings} readings of {Lines} lines, {Acknowledged} acknowledged in {Blocks} blocks, {Unacknowledged} not yet, {Lost} lost, {Bad} bad lines{(FirstBad is { } first ? $" (first: line {first.Line} {first.Reason})" : "")}");
}

/// <summary>A line that was not understood.</summary>
public sealed record BadLine(long Line, string Reason);
