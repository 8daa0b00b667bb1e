using System.Collections.Immutable;
using MELT.Devices.Inference;

namespace MELT.Sensors.Alignment;

/// <summary>The instants of one request as docs/metrics.md names them, in raw nanoseconds of the session clock; null where not observed.</summary>
public sealed record RecordedRequest(int Index)
{
    /// <summary>s: the prompt was handed over.</summary>
    public long? Begun { get; init; }
    /// <summary>a and b: prompt evaluation began and ended.</summary>
    public long? PromptBegun { get; init; }
    public long? PromptEnded { get; init; }
    /// <summary>e₁…e_m, each of at least one token.</summary>
    public ImmutableArray<EngineEvent.Emitted> Emissions { get; init; } = [];
    public EngineEvent.Finished? Finished { get; init; }
    /// <summary>Last thing heard of this request.</summary>
    public long Last { get; init; }

    public long? FirstEmission => Emissions.IsEmpty ? null : Emissions[0].At.Nanoseconds;
    public long? LastEmission => Emissions.IsEmpty ? null : Emissions[^1].At.Nanoseconds;
    public long? FirstAnswer => Emissions.FirstOrDefault(e => !e.Reasoning)?.At.Nanoseconds;
    /// <summary>Ran to an end of its own: its numbers may enter means.</summary>
    public bool Complete => Begun is not null && Ended;
    /// <summary>The engine came to its end; what it counted itself may enter sums, also where nobody saw it begin.</summary>
    public bool Ended => Finished is { Stop: not ("failed" or "cancelled") };
    /// <summary>Tokens were emitted and nobody counted them: what needs their number cannot be had.</summary>
    public bool Uncounted => Finished is { Tokens.Generated: 0 } && !Emissions.IsEmpty;
    public RequestTokens Tokens => Finished?.Tokens ?? new RequestTokens(0, 0, Emissions.Sum(e => e.Tokens));

    internal static ImmutableArray<RecordedRequest> In(IEnumerable<EngineEvent> events) =>
    [
        .. from e in events
           let index = RequestOf(e)
           where index is not null
           group e by index.Value into told
           orderby told.Key
           select Of(told.Key, [.. told]),
    ];

    private static RecordedRequest Of(int index, ImmutableArray<EngineEvent> told) => new(index)
    {
        Begun = told.OfType<EngineEvent.RequestBegun>().FirstOrDefault()?.At.Nanoseconds,
        PromptBegun = told.OfType<EngineEvent.PromptBegun>().FirstOrDefault()?.At.Nanoseconds,
        PromptEnded = told.OfType<EngineEvent.PromptEnded>().FirstOrDefault()?.At.Nanoseconds,
        Emissions = [.. told.OfType<EngineEvent.Emitted>().Where(e => e.Tokens > 0)],
        Finished = told.OfType<EngineEvent.Finished>().FirstOrDefault(),
        Last = told[^1].At.Nanoseconds,
    };

    private static int? RequestOf(EngineEvent e) => e switch
    {
        EngineEvent.RequestBegun r => r.Request,
        EngineEvent.PromptBegun r => r.Request,
        EngineEvent.PromptEnded r => r.Request,
        EngineEvent.Emitted r => r.Request,
        EngineEvent.Finished r => r.Request,
        EngineEvent.Failed r => r.Request,
        _ => null,
    };
}
