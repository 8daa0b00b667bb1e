using System.Collections.Immutable;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>The results of a session as a person would say them.</summary>
public static class Sentences
{
    public static ImmutableArray<string> Of(SessionResults session) =>
        [.. ((IEnumerable<string?>)[Speed(session), Gaps(session), Run(session), Energy(session), PerToken(session), Truth(session), Memory(session), Heat(session), Readings(session)]).OfType<string>()];

    private static string? Speed(SessionResults session)
    {
        if (session.Model is null && session.Tokens.Generated == 0) return null;
        var first = Find(session, "ttft_seconds");
        var rate = Find(session, "decode_tokens_per_second");
        return (first, rate) switch
        {
            ({ Value: not null }, { Value: not null }) => $"First token in {Say(first, "s")}, then {Say(rate, "tokens/s")}.{Prefill(session)}",
            ({ Value: not null }, _) => $"First token in {Say(first, "s")}. Rate after it: {Silence(rate)}",
            (_, { Value: not null }) => $"{Capital(Say(rate, "tokens/s"))}. First token: {Silence(first)}",
            _ => $"Speed: {Silence(first ?? rate)}",
        };
    }

    private static string Prefill(SessionResults session) =>
        Find(session, "prefill_tokens_per_second") is { Value: not null } rate ? $" The prompt was read at {Say(rate, "tokens/s")}." : "";

    private static string? Gaps(SessionResults session) => session.Metrics.GetValueOrDefault("itl_seconds") switch
    {
        Distribution { P50: { } half, P99: { } most } => $"Half of the gaps between tokens are within {Format.Plain(half.Value, "s", 3)}, 99 of 100 within {Format.Plain(most.Value, "s", 3)}.",
        Distribution { P50: { } half } => $"Half of the gaps between tokens are within {Format.Plain(half.Value, "s", 3)}.",
        _ => null,
    };

    private static string? Run(SessionResults session)
    {
        if (session.Model is not null || Find(session, "e2el_seconds") is not { Value: { } seconds }) return null;
        var ending = session.Engine.Settings.GetValueOrDefault("exit") is { } exit and not "0" ? (int.TryParse(exit, out _) ? $" and ended with exit code {exit}" : $" and was ended by {exit}") : "";
        return $"{(session.Flags.Contains("imported") ? "The recording lasts" : "The command ran for")} {Format.Plain(seconds, "s")}{ending}.";
    }

    private static string Energy(SessionResults session)
    {
        var gross = Find(session, "energy_joules");
        var device = SessionTitle.Spoken(session);
        if (gross?.Value is null) return $"Energy of {device}: {Silence(gross)}";
        var boundary = gross.Boundary is { } where ? $" at {where}" : "";
        var grounds = gross.Method switch { "estimated" => ", ESTIMATED and not measured", "derived" => ", derived by a model fitted to the recording", _ => "" };
        var net = Find(session, "net_energy_joules") is { Value: not null } known ? $" ({Say(known, "J")} above its baseline)" : "";
        return $"Energy of {device}{boundary}{grounds}: {Say(gross, "J")}{net}.";
    }

    private static string? PerToken(SessionResults session)
    {
        if (Find(session, "energy_per_output_token_joules") is not { Value: not null } each) return null;
        var prefill = Find(session, "prefill_energy_joules") is { Value: not null } p ? $"prefill took {Say(p, "J")}" : null;
        var decode = Find(session, "decode_energy_joules") is { Value: not null } d ? $"decode {(prefill is null ? "took " : "")}{Say(d, "J")}" : null;
        var parts = string.Join(", ", ((string?[])[prefill, decode]).OfType<string>());
        return $"That is {Say(each, "J/token")} of output{(parts.Length > 0 ? $"; {parts}" : "")}.";
    }

    private static string? Truth(SessionResults session)
    {
        if (session.Truth is not { } truth) return null;
        var compared = truth.Values.Values.Where(value => value.ErrorOverU95 is not null).ToArray();
        if (compared.Length == 0) return $"The truth is known at {truth.Boundary}, but no result can be held against it.";
        var within = compared.Count(value => Math.Abs(value.ErrorOverU95!.Value) <= 1);
        var whole = truth.Values.GetValueOrDefault("energy_joules") is { ErrorOverU95: { } error } known
            ? $"The known truth is {Format.Plain(known.Value, "J", 5)}: the error is {Format.Ratio(Math.Abs(error))} of U. " : "";
        return $"{whole}{within} of {Format.Counted(compared.Length, "result")} with known truth {(within == 1 ? "lies" : "lie")} within U.";
    }

    private static string? Memory(SessionResults session)
    {
        if (Find(session, "peak_memory_bytes") is not { } memory || (memory.Value is null && memory.Reason is null)) return null;
        if (memory.Value is not { } bytes) return $"Memory of the engine: {Silence(memory)}";
        var kind = memory.Notes.GetValueOrDefault("kind") is { } name ? $" ({name})" : "";
        return $"The engine used at most {Format.Plain(bytes, "B")} of memory{kind}.";
    }

    private static string? Heat(SessionResults session)
    {
        var throttled = Find(session, "throttled_seconds") is { Value: > 0 } time ? $" It was throttled for {Say(time, "s")}." : "";
        if (Find(session, "max_temperature_celsius") is not { Value: not null } hottest) return throttled.Length > 0 ? throttled.Trim() : null;
        return $"The highest temperature was {Say(hottest, "°C")}.{throttled}";
    }

    private static string Readings(SessionResults session)
    {
        var count = session.Readings;
        string?[] losses =
        [
            count.Lost > 0 ? $"{Format.Count(count.Lost)} lost" : "none lost",
            count.Duplicates > 0 ? $"{Format.Counted(count.Duplicates, "duplicate")} dropped" : null,
            count.Rejected > 0 ? $"{Format.Count(count.Rejected)} rejected" : null,
        ];
        return $"{Format.Counted(count.Stored, "reading")} of {Format.Counted(session.Meters.Length, "meter")} stored, {string.Join(", ", losses.OfType<string>())}.";
    }

    private static string Say(Quantity quantity, string unit)
    {
        var text = Format.Spoken(quantity.Value!.Value, quantity.U95, unit);
        return quantity is { U95: null, Reason: { } reason } ? $"{text} (uncertainty not stated: {reason.Code})" : text;
    }

    /// <summary>Why there is no number, as the end of a sentence.</summary>
    private static string Silence(Metric? metric)
    {
        var what = metric?.Method == "refused" ? "refused" : "not measured";
        return metric?.Reason is { } reason ? $"{what}: {Ended(reason.Text)}" : $"{what}.";
    }

    private static string Ended(string text) => text.EndsWith('.') ? text : text + ".";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Quantity? Find(SessionResults session, string key) => session.Metrics.GetValueOrDefault(key) as Quantity;
}
