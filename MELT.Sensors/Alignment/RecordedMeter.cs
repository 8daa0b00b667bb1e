using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Alignment;

/// <summary>What a session recorded of one meter: its descriptions and blocks by number, and what was counted.</summary>
public sealed record RecordedMeter(MeterId Id)
{
    public ImmutableSortedDictionary<long, MeterDescription> Descriptions { get; init; } = ImmutableSortedDictionary<long, MeterDescription>.Empty;
    public ImmutableSortedDictionary<long, MeterCalibration> Calibrations { get; init; } = ImmutableSortedDictionary<long, MeterCalibration>.Empty;
    public ImmutableSortedDictionary<long, MeterCheck> Checks { get; init; } = ImmutableSortedDictionary<long, MeterCheck>.Empty;
    /// <summary>By number: a block delivered twice is there once.</summary>
    public ImmutableSortedDictionary<long, SampleBlock> Blocks { get; init; } = ImmutableSortedDictionary<long, SampleBlock>.Empty;
    /// <summary>By number: of each message in the block, where they were kept.</summary>
    public ImmutableSortedDictionary<long, ImmutableArray<MessageTimes>> Times { get; init; } = ImmutableSortedDictionary<long, ImmutableArray<MessageTimes>>.Empty;
    public long Lost { get; init; }
    public long Duplicates { get; init; }
    public long Rejected { get; init; }

    public long Stored => Blocks.Values.Sum(block => (long)block.Count);

    /// <summary>The description that holds for every block; null when there is none, or when it changed under way.</summary>
    public MeterDescription? Description => InForce is [var only] ? only : null;

    /// <summary>True when the meter changed what it says of itself between two blocks of this session; a channel more is no change of the others.</summary>
    public bool Redescribed => InForce.Length > 1;

    /// <summary>The newest calibration of a channel from before the session's readings; null: none.</summary>
    public MeterCalibration? CalibrationOf(string channel) => BeforeBlocks(Calibrations).LastOrDefault(c => c.Channel == channel);

    /// <summary>The newest check from before the session's readings; null: none.</summary>
    public MeterCheck? Check => BeforeBlocks(Checks).LastOrDefault();

    private IEnumerable<T> BeforeBlocks<T>(ImmutableSortedDictionary<long, T> told) =>
        Blocks.IsEmpty ? told.Values : told.Where(e => e.Key < Blocks.Keys.First()).Select(e => e.Value);

    internal static RecordedMeter Of(RecordingEntry entry) => new(entry switch
    {
        RecordingEntry.Described e => e.Meter,
        RecordingEntry.Calibrated e => e.Meter,
        RecordingEntry.Checked e => e.Meter,
        RecordingEntry.Block e => e.Meter,
        RecordingEntry.Counted e => e.Meter,
        _ => throw new UnreachableException(),
    });

    internal RecordedMeter With(RecordingEntry.Described e) => this with { Descriptions = Descriptions.SetItem(e.Number, e.Description) };
    internal RecordedMeter With(RecordingEntry.Calibrated e) => this with { Calibrations = Calibrations.SetItem(e.Number, e.Calibration) };
    internal RecordedMeter With(RecordingEntry.Checked e) => this with { Checks = Checks.SetItem(e.Number, e.Check) };
    internal RecordedMeter With(RecordingEntry.Block e) => Blocks.ContainsKey(e.Number) || e.Samples.Count == 0 ? this : this with { Blocks = Blocks.Add(e.Number, e.Samples), Times = Times.Add(e.Number, e.Times) };
    internal RecordedMeter With(RecordingEntry.Counted e) => this with { Lost = Lost + e.Lost, Duplicates = Duplicates + e.Duplicates, Rejected = Rejected + e.Rejected };

    private ImmutableArray<MeterDescription> InForce =>
        Descriptions.Count < 2 || Blocks.IsEmpty ? [.. Descriptions.Values.TakeLast(1)] :
        Widest([.. Blocks.Keys.Select(HoldingFor).Distinct().DistinctBy(about => JsonSerializer.Serialize(about, MeterJson.Default.MeterDescription))]);

    /// <summary>Without those that another one only adds channels to.</summary>
    private static ImmutableArray<MeterDescription> Widest(ImmutableArray<MeterDescription> told) =>
        [.. told.Where(about => !told.Any(other => other != about && other.Channels.Length > about.Channels.Length && other.Adds(about)))];

    // A block older than every description is read by the first: what a meter says of itself is true of the meter, not of a moment.
    private MeterDescription HoldingFor(long block)
    {
        var held = Descriptions.Values.First();
        foreach (var (number, description) in Descriptions)
            if (number <= block) held = description;
            else break;
        return held;
    }
}
