using System.Diagnostics;
using System.Text.Json.Serialization;
using MELT.Devices.Inference;

namespace MELT.Actors.Experiments;

/// <summary>What every session of a plan asks of its engine.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Prompts), "prompts")]
[JsonDerivedType(typeof(Lengths), "lengths")]
public abstract record PlannedRequests
{
    /// <summary>One request per text, in this order; texts from a file are held here too, so that the plan's hash covers them.</summary>
    public sealed record Prompts(IReadOnlyList<string> Texts) : PlannedRequests;

    /// <summary>Requests of a given length without meaning, as llama-bench makes them.</summary>
    public sealed record Lengths(IReadOnlyList<PlannedLength> Items) : PlannedRequests;

    /// <summary>The requests without warm-up.</summary>
    internal IEnumerable<EngineCommand.Request> Each(GenerationSettings generation) => this switch
    {
        Prompts prompts => prompts.Texts.Select((text, i) => new EngineCommand.Request(i, text, null, generation)),
        Lengths lengths => lengths.Items.SelectMany(length => Enumerable.Repeat(length.PromptTokens, length.Count))
            .Select((tokens, i) => new EngineCommand.Request(i, null, tokens, generation)),
        _ => throw new UnreachableException(),
    };

    /// <summary>How many requests there are without warm-up.</summary>
    internal long Count() => this switch
    {
        Prompts prompts => prompts.Texts.Count,
        Lengths lengths => lengths.Items.Sum(length => (long)length.Count),
        _ => throw new UnreachableException(),
    };
}

/// <summary><see cref="Count"/> requests of <see cref="PromptTokens"/> seeded tokens each.</summary>
public sealed record PlannedLength(int PromptTokens, int Count = 1);

/// <summary>A request of a planned session; its index counts warm-up requests too.</summary>
public sealed record PlannedRequest(EngineCommand.Request Request, bool Warmup);
