using System.Collections.Immutable;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// What the original's formulas need of a session beside its readings, and what they gave when somebody ran them: kept with the session,
/// shown beside MELT's own results, never read by analysis. Seconds are doubles as the original computes with them.
/// </summary>
public sealed record OriginalRecord
{
    public required string App { get; init; }
    public required int Iteration { get; init; }
    /// <summary>Start of the power trace, seconds since 1970; null on a Jetson.</summary>
    public double? MeterStart { get; init; }
    public ImmutableArray<OriginalWindow> Windows { get; init; } = [];
    public ImmutableArray<OriginalPrompt> Prompts { get; init; } = [];
    public ImmutableArray<OriginalFigure> Figures { get; init; } = [];
    /// <summary>Stages of the run as the controller saw them.</summary>
    public ImmutableArray<OriginalStage> Stages { get; init; } = [];
}

/// <summary>A stretch over which the original integrates. <paramref name="Clock"/>: <c>session</c>, or <c>controller</c> where the controller saw it and the device's clock is another.</summary>
/// <param name="Name"><c>load</c>, the index of a prompt, or the name of an event.</param>
/// <param name="Duration">As it is published: seconds, of an event nanoseconds.</param>
public sealed record OriginalWindow(int Conversation, string Name, string Clock, double Start, double End, double Duration)
{
    public const string Load = "load", Session = "session", Controller = "controller";
}

/// <summary>Tokens and rates of one prompt as the original takes them from the engine. <paramref name="Printed"/>: how far rates that were taken from print can be off by their digits.</summary>
/// <param name="Request">Index of the request in the session.</param>
public sealed record OriginalPrompt(int Conversation, int Prompt, int Request, int SessionTokens, int InputTokens, int OutputTokens, double? PrefillRate, double? DecodeRate, double? Printed);

/// <summary>One published number. <paramref name="Row"/>: as the name of a window.</summary>
public sealed record OriginalFigure(string File, int Line, int Conversation, string Row, string Field, double Value);

/// <summary>A stage of a run on the controller's clock, seconds, and the bytes that were received and sent in it.</summary>
public sealed record OriginalStage(string Name, double Start, double End, long? Received, long? Sent);
