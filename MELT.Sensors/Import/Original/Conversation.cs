using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Inference;

namespace MELT.Sensors.Import.Original;

/// <summary>One session to be: what the engine told in one clock, and what the original's formulas take from it.</summary>
/// <param name="Number">Of the only conversation in it; null where one load serves all of an iteration.</param>
internal sealed record Conversation(int Iteration, int? Number, string Clock, double Resolution, string ObservedAt)
{
    public const string Phone = "phone", Controller = "controller", Jetson = "jetson";

    /// <summary>What it is called among the sessions of its run.</summary>
    public string Part => string.Create(CultureInfo.InvariantCulture, $"iter{Iteration}{(Cell is { } cell ? $" {cell}" : "")}");
    /// <summary>What its repetitions share: the same prompts. Iterations of one conversation are repetitions of it; another conversation is another cell.</summary>
    public string? Cell => Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"conv{number}") : null;

    public ImmutableArray<EngineEvent> Events { get; init; } = [];
    public ImmutableArray<OriginalWindow> Windows { get; init; } = [];
    public ImmutableArray<OriginalPrompt> Prompts { get; init; } = [];
    /// <summary>Why it is not whole; null: it is.</summary>
    public string? Partial { get; init; }
    public ImmutableArray<string> Notices { get; init; } = [];
    /// <summary>Of the same moments, the controller's windows: how its clock relates to the engine's.</summary>
    public ImmutableArray<Clocks.ClockExchange> Exchanges { get; init; } = [];
    /// <summary>Numbers of the conversations in it.</summary>
    public ImmutableArray<int> Numbers { get; init; } = [];
    public ImmutableArray<(long At, string State)> Thermal { get; init; } = [];
    /// <summary>Texts of its prompts, by request.</summary>
    public ImmutableArray<string> Texts { get; init; } = [];

    public long First => Events.Min(e => e.At.Nanoseconds);
    public long Last => Events.Max(e => e.At.Nanoseconds);
}
