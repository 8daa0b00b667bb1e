using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// Sessions of a command line that a script on the controller typed at: one process per conversation. What the engine stamped itself is on the
/// device's clock; the controller's windows lie around it, on the controller's. Where the engine stamped nothing, the windows are all there is.
/// </summary>
internal static class TerminalSessions
{
    private const double SystemClock = 1e3, ControllerClock = 1e6;

    public static IEnumerable<Conversation> Read(ImportLog log, RunFacts facts, bool jetson, MeasurementFiles files, List<RecordFile> used)
    {
        foreach (var (iteration, number, path) in files.Conversations)
        {
            if (log.Open(path, "windows of the controller") is not { } file) continue;
            used.Add(file);
            if (!ExpectCsv.IsOne(file))
            {
                log.Reject(file.Lines()[0].Is("the header start_date,duration,state"));
                continue;
            }
            var windows = ExpectCsv.Read(log, file);
            var prompts = windows.Where(w => w.State != ExpectWindow.Load).ToArray();
            var times = files.Events(iteration, number, "tsv") is { } tsv && log.Open(tsv, "the engine's events") is { } events ? EventTimes.Read(log, Used(events, used)) : EventTimes.None;
            List<PromptCounts?> counts = files.Terminal(iteration, number) is { } terminal && log.Open(terminal, "the terminal's log") is { } text ? TerminalLog.Read(log, Used(text, used), prompts.Length) : [.. prompts.Select(_ => (PromptCounts?)null)];
            if (prompts.Length == 0) log.Reject(file, null, "no prompt", "at least one prompt");
            else yield return Session(facts, jetson, iteration, number, windows, prompts, times, counts);
        }
    }

    private static Conversation Session(RunFacts facts, bool jetson, int iteration, int number, List<ExpectWindow> windows, ExpectWindow[] prompts, EventTimes times, List<PromptCounts?> counts)
    {
        var load = windows.Find(w => w.State == ExpectWindow.Load);
        var seen = Prompts(times, counts, prompts.Length);
        // On a Jetson one clock stamps everything; elsewhere the engine's stamps are used only where they show every prompt.
        var stamped = !seen.IsEmpty;
        var clock = jetson ? Conversation.Jetson : stamped ? Conversation.Phone : Conversation.Controller;
        var observedAt = stamped ? "engine" : "client";
        var (events, notices) = (ImmutableArray.CreateBuilder<EngineEvent>(), new List<string>());
        if (times["load_model"] is { } loaded && (jetson || stamped)) events.AddRange(Told.Load(loaded.Begin, loaded.End, facts, observedAt));
        else if (load is not null) events.AddRange(Told.Load(Nanoseconds(load.Start), Nanoseconds(load.End), facts, observedAt));
        var early = !stamped && prompts.Zip(counts).Any(p => IsTooShort(p.First, p.Second));
        foreach (var (i, window) in prompts.Index())
        {
            var count = counts[i];
            var generated = count?.Samples ?? count?.DecodeTokens + 1 ?? 0;
            var left = i == prompts.Length - 1 && jetson ? LastAnswer.Of(times, Nanoseconds(window.Start)) : null;
            if (stamped) events.AddRange(Stamped(i, seen[i], count, generated));
            else if (left is not null && count is not null) events.AddRange(left.Events(i, early ? null : Nanoseconds(window.Start), count, generated, notices));
            else if (early) events.Add(Unplaced(i, window, count, generated, notices));
            else events.AddRange(Watched(i, window, jetson ? times : EventTimes.None, count, generated, notices));
        }
        return new(iteration, number, clock, stamped || jetson ? SystemClock : ControllerClock, observedAt)
        {
            Events = events.ToImmutable(),
            Windows = [.. load is null ? [] : new[] { Window(number, OriginalWindow.Load, clock, load) }, .. prompts.Select((p, i) => Window(number, i.ToString(CultureInfo.InvariantCulture), clock, p)), .. jetson || stamped ? times.Windows(number) : []],
            Prompts = [.. prompts.Select((_, i) => new OriginalPrompt(number, i, i, -1, counts[i]?.PrefillTokens ?? 0, counts[i]?.DecodeTokens ?? 0, counts[i]?.PrefillRate, counts[i]?.DecodeRate, counts[i]?.Printed))],
            Exchanges = clock == Conversation.Phone ? [.. prompts.Zip(seen, Exchange)] : [],
            Notices = [.. notices],
            Texts = [.. prompts.Select(p => p.State)],
            Numbers = [number],
        };
    }

    /// <summary>The evaluations of one prompt: those of the prompt itself, then one per token but the last.</summary>
    private sealed record Evaluations(long Begun, ImmutableArray<(int Number, long Begin, long End)> Prompt, ImmutableArray<(int Number, long Begin, long End)> Decodes);

    /// <summary>Empty unless every evaluation of every prompt is there: events that overwrote each other leave no timeline.</summary>
    private static ImmutableArray<Evaluations> Prompts(EventTimes times, List<PromptCounts?> counts, int prompts)
    {
        var (decodes, found, next) = (times.Numbered("generate", ".decode"), ImmutableArray.CreateBuilder<Evaluations>(), 0);
        var begins = times.Numbered("prompt", ".tokenize");
        for (var i = 0; i < prompts; i++)
        {
            if (counts[i] is not { } count || next >= decodes.Length) return [];
            var first = decodes[next].Begin;
            // A long prompt is evaluated in several batches; where the next prompt was tokenised divides the two.
            var until = begins.Where(b => b.Begin > first).Select(b => (long?)b.Begin).FirstOrDefault() ?? long.MaxValue;
            var own = decodes.Skip(next).TakeWhile(d => d.Begin < until).ToImmutableArray();
            var batches = own.Length - count.DecodeTokens;
            if (batches < 1) return [];
            found.Add(new(begins.Where(b => b.Begin <= first).Select(b => (long?)b.Begin).LastOrDefault() ?? first, own[..batches], own[batches..]));
            next += own.Length;
        }
        return found.ToImmutable();
    }

    /// <summary>A token is sampled when the evaluation before it has ended; the last one is not evaluated itself.</summary>
    private static IEnumerable<EngineEvent> Stamped(int request, Evaluations seen, PromptCounts? counts, int generated)
    {
        (long, int)[] emitted = [(seen.Prompt[^1].End, 1), .. seen.Decodes.Select(d => (d.End, 1))];
        return Told.Request(request, seen.Begun, (seen.Prompt[0].Begin, seen.Prompt[^1].End), counts!.PrefillTokens, counts.PrefillTokens, emitted, emitted[^1].Item1, Math.Max(generated, emitted.Length), counts, "stop");
    }

    private static IEnumerable<EngineEvent> Watched(int request, ExpectWindow window, EventTimes times, PromptCounts? counts, int generated, List<string> notices)
    {
        var (begin, end) = (Nanoseconds(window.Start), Nanoseconds(window.End));
        (int Number, long Begin, long End)[] inside = [.. times.Numbered("generate", ".decode").Where(d => d.Begin >= begin && d.End <= end)];
        notices.Add(string.Create(CultureInfo.InvariantCulture, $"request {request}: {inside.Length} of at least {(counts?.DecodeTokens ?? 0) + 1} evaluations are recorded; its tokens are seen when the controller saw the prompt marker again"));
        (long, long)? prompt = inside.Length > 0 ? (inside[0].Begin, inside[0].End) : null;
        (long, int)[] emitted = prompt is { } evaluated && generated > 1 ? [(evaluated.Item2, 1), (end, generated - 1)] : generated > 0 ? [(end, generated)] : [];
        return Told.Request(request, begin, prompt, counts?.PrefillTokens ?? 0, counts?.PrefillTokens ?? 0, emitted, end, generated, counts, "stop");
    }

    /// <summary>
    /// MLC answers /stats with another prompt marker, which the script may take for the end of the prompt it sends next: then every window of the
    /// conversation ends at an earlier marker, and none tells when its prompt was answered (B25). Printed times are good to a tenth.
    /// </summary>
    private static bool IsTooShort(ExpectWindow window, PromptCounts? counts) => counts is not null && 0.9e-3 * (counts.PrefillMilliseconds + counts.DecodeMilliseconds) > window.Duration;

    /// <summary>What the engine counted stays; when it was is not known.</summary>
    private static EngineEvent.Finished Unplaced(int request, ExpectWindow window, PromptCounts? counts, int generated, List<string> notices)
    {
        notices.Add(string.Create(CultureInfo.InvariantCulture, $"request {request}: windows of this conversation are shorter than what the engine says it took, so the controller took earlier prompt markers for their ends; when it was answered is not known"));
        return new(new(Nanoseconds(window.End)), request, "stop", new(counts?.PrefillTokens ?? 0, counts?.PrefillTokens ?? 0, generated),
            counts is null ? null : new(counts.PrefillMilliseconds, counts.PrefillTokens, counts.DecodeMilliseconds, counts.DecodeTokens));
    }

    /// <summary>
    /// The controller sent the prompt before the engine saw it, and saw the answer after the engine had ended it: a clock exchange, the time between
    /// taken out. It is told from the engine's side, whose clock is the session's.
    /// </summary>
    private static ClockExchange Exchange(ExpectWindow window, Evaluations seen)
    {
        long sent = Nanoseconds(window.Start), received = Nanoseconds(window.End), begun = seen.Begun, ended = seen.Decodes.IsEmpty ? seen.Prompt[^1].End : seen.Decodes[^1].End;
        // Controller − engine lies between sent − begun and received − ended.
        var doubt = received - ended - (sent - begun);
        return new(new Stamp(begun), new Stamp(sent + doubt / 2 + doubt / 2), new Stamp(begun + doubt));
    }

    private static OriginalWindow Window(int conversation, string name, string clock, ExpectWindow window) =>
        new(conversation, name, clock == Conversation.Phone ? OriginalWindow.Controller : OriginalWindow.Session, window.Start, window.End, window.Duration);

    private static long Nanoseconds(double seconds) => OriginalTime.Nanoseconds(seconds);

    private static RecordFile Used(RecordFile file, List<RecordFile> used)
    {
        used.Add(file);
        return file;
    }
}
