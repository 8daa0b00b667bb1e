using System.Collections.Immutable;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import.Original;

namespace MELT.Sensors.Import;

/// <summary>One session as somebody else recorded it, in the entries that MELT's own alignment reads.</summary>
/// <param name="Name">The record's folder, and the run in it where it holds several.</param>
/// <param name="Folder">Where it was read.</param>
public sealed record ImportedRecording(string Format, string Name, string Folder, SessionHeader Header, ImmutableArray<RecordingEntry> Entries)
{
    /// <summary>What was published of this record, to compare with; analysis never reads it.</summary>
    public ImmutableArray<PublishedValue> Published { get; init; } = [];
    /// <summary>SHA-256 over everything the session was made from, lower-case hexadecimal: equal content, equal hash, wherever it lies.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Files that were read for it and what was left out, of formats that are read tolerantly; a record of several sessions tells it with the first.</summary>
    public ImmutableArray<ReadPart> Read { get; init; } = [];
    public ImmutableArray<RejectedPart> Rejected { get; init; } = [];
    /// <summary>What the original MELT's formulas take and gave; null for any other format.</summary>
    public OriginalRecord? Original { get; init; }
    /// <summary>Texts of the prompts, by request, to find them in a list of prompts.</summary>
    public ImmutableArray<string> PromptTexts { get; init; } = [];
}

/// <summary>A number that the record's authors published of a phase. <paramref name="Quantity"/>: energy, power, duration, inferences, …</summary>
/// <param name="Source">File and line.</param>
public sealed record PublishedValue(string Quantity, string Phase, double Value, string Unit, string Source);
