using System.Collections.Immutable;

namespace MELT.Sensors.Analysis.Dialects;

/// <summary>What lies between a number of the original MELT and ours, as docs/importing.md numbers it; names without a number are differences of rule.</summary>
public static class OriginalDefects
{
    public const string Clocks = "B1", Packets = "B3", EmptyJoin = "B6", FixedSleep = "B15", RepeatedLoad = "B23", WholeWindow = "B24";
    public const string Edges = "edges", Tokens = "n-1", Digits = "digits", Resolution = "resolution";

    /// <summary>One sentence each.</summary>
    public static ImmutableSortedDictionary<string, string> Sentences { get; } = new Dictionary<string, string>
    {
        [Clocks] = "the meter's stamps are late by the time of its calibration, and no clock is related to another",
        [Packets] = "samples of one packet share a stamp, so only the first of each packet is weighted",
        [EmptyJoin] = "the voltage is lost in a join, and the energy is 0",
        [FixedSleep] = "the window of the load holds a fixed sleep of 5 s and the start of the process",
        [RepeatedLoad] = "one load is counted again with every conversation",
        [WholeWindow] = "the window goes from sending a prompt to the next prompt mark, or past the call for statistics, and not to the last token",
        [Edges] = "a window loses what lies between its edges and the samples inside, and each value is held backwards",
        [Tokens] = "the tokens counted are evaluations, one less than tokens",
        [Digits] = "the engine prints its rate with few digits",
        [Resolution] = "the two differ by less than the stamps resolve",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
