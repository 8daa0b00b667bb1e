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
    /// <summary>Name of the experiment that this is one session of; null: of itself alone. Sessions of one experiment follow each other.</summary>
    public string? Run { get; init; }
    /// <summary>Texts of the prompts, by request, to find them in a list of prompts.</summary>
    public ImmutableArray<string> PromptTexts { get; init; } = [];

    /// <summary>The same as an experiment of one session, as every session of a run was kept before runs were experiments.</summary>
    public ImportedRecording Alone()
    {
        var (experiment, session) = ImportedSession.Named(Sha256);
        return With(Header with { Experiment = experiment, Session = session, PlanSha256 = Sha256, Name = Name }) with { Run = null };
    }

    /// <summary>The same under another header.</summary>
    public ImportedRecording With(SessionHeader header) => this with { Header = header, Entries = [new RecordingEntry.Opened(header), .. Entries.Where(e => e is not RecordingEntry.Opened)] };
}

/// <summary>A number that the record's authors published of a phase. <paramref name="Quantity"/>: energy, power, duration, inferences, …</summary>
/// <param name="Source">File and line.</param>
public sealed record PublishedValue(string Quantity, string Phase, double Value, string Unit, string Source);
