using System.Globalization;
using MELT.Devices.Inference;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// What MLC's command line leaves of its events: its counters never move, so every prompt overwrites the one before and every decode the one before it,
/// and the last prompt's prefill and last decode are what is in the file.
/// </summary>
internal sealed record LastAnswer((long Begin, long End) Prefill, (long Begin, long End) LastDecode)
{
    private const string Chat = "chat.0.0";

    /// <summary>Null where there is none, or what is there is of an earlier prompt than the one that was sent then.</summary>
    public static LastAnswer? Of(EventTimes times, long sent) =>
        (times[$"{Chat}.prefill"], times[$"{Chat}.decode.0"]) is ({ } prefill, { } decode) && prefill.Begin >= sent && decode.Begin >= prefill.End ? new(prefill, decode) : null;

    /// <param name="sent">When the controller sent it; null: not known, so it counts from its evaluation.</param>
    public IEnumerable<EngineEvent> Events(int request, long? sent, PromptCounts counts, int generated, List<string> notices)
    {
        notices.Add(string.Create(CultureInfo.InvariantCulture, $"request {request}: of {counts.DecodeTokens} decodes the last one is recorded, which overwrote the others; the tokens between the first and the last are seen with the last"));
        (long, int)[] emitted = generated > 1 ? [(Prefill.End, 1), (LastDecode.End, generated - 1)] : [(Prefill.End, 1)];
        return Told.Request(request, sent ?? Prefill.Begin, Prefill, counts.PrefillTokens, counts.PrefillTokens, emitted, emitted[^1].Item1, generated, counts, "stop");
    }
}
