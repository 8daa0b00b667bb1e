using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Devices.Inference;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// Sessions of the apps, on the phone's clock. MLC loads a model once per run, so its conversations are one session; llama.cpp's app loads
/// it for each conversation.
/// </summary>
internal static class AppSessions
{
    /// <summary>A double of today's epoch in nanoseconds.</summary>
    private const double FarmResolution = 256, AndroidResolution = 1e6, AppleResolution = 1e3;

    public static IEnumerable<Conversation> Read(ImportLog log, RunFacts facts, MeasurementFiles files, List<RecordFile> used)
    {
        foreach (var (iteration, json) in files.Iterations)
        {
            if (log.Open(json, "the records of an app") is not { } file) continue;
            used.Add(file);
            var (conversations, cut) = AppRecords.Read(log, file);
            var whole = conversations.Where(c => c.Questions.Count > 0 && c.LoadStart is not null).ToArray();
            foreach (var without in conversations.Except(whole)) log.Reject(file, string.Create(CultureInfo.InvariantCulture, $"conversation {without.Number}"), "no prompt or no load time", "at least one prompt");
            var partial = cut ? $"{Path.GetFileName(json)} is cut short" : null;
            var thermal = Thermal(log, files.Beside(iteration, "thermals", "json"), used);
            foreach (var part in facts.App == "LLMFarmEval" ? whole.Select(c => new[] { c }) : whole.Length > 0 ? [whole] : [])
                yield return Session(log, facts, files, used, iteration, part) with { Partial = partial, Thermal = thermal };
        }
    }

    private static Conversation Session(ImportLog log, RunFacts facts, MeasurementFiles files, List<RecordFile> used, int iteration, AppConversation[] conversations)
    {
        var farm = facts.App == "LLMFarmEval";
        var first = conversations[0];
        var loadBegin = OriginalTime.Nanoseconds(first.LoadStart!.Value);
        var events = Told.Load(loadBegin, loadBegin + OriginalTime.Nanoseconds(first.LoadDuration), facts, "engine").ToBuilder();
        var (windows, prompts, notices, texts) = (new List<OriginalWindow>(), new List<OriginalPrompt>(), new List<string>(), new List<string>());
        foreach (var conversation in conversations)
        {
            // The same load stands with every conversation of one run; the original counts it each time.
            windows.Add(new(conversation.Number, OriginalWindow.Load, OriginalWindow.Session, conversation.LoadStart!.Value, conversation.LoadStart.Value + conversation.LoadDuration, conversation.LoadDuration));
            var times = files.Events(iteration, conversation.Number, "csv") is { } path && log.Open(path, "the events of a conversation") is { } file ? EventTimes.Read(log, Used(file, used)) : EventTimes.None;
            windows.AddRange(times.Windows(conversation.Number));
            var timings = farm && files.Timings(iteration, conversation.Number) is { } timed && log.Open(timed, "timings of a conversation") is { } timingFile ? FarmTimings.Read(log, Used(timingFile, used)) : [];
            foreach (var (index, question) in conversation.Questions.Index())
            {
                var counts = farm ? timings.ElementAtOrDefault(index) : question.Stats?.Counts;
                var request = prompts.Count;
                events.AddRange(farm ? Farm(request, index, question, times, counts, notices) : Mlc(request, index, conversation.Questions.Count, question, times, counts, notices));
                windows.Add(new(conversation.Number, index.ToString(CultureInfo.InvariantCulture), OriginalWindow.Session, question.Start, question.End, question.Duration));
                prompts.Add(new(conversation.Number, index, request, question.SessionTokens, question.InputTokens, question.OutputTokens, counts?.PrefillRate, counts?.DecodeRate, counts?.Printed));
                texts.Add(question.Input);
            }
        }
        return new(iteration, farm ? first.Number : null, Conversation.Phone,
            farm ? FarmResolution : facts.Settings.ContainsKey("brightness") ? AndroidResolution : AppleResolution, "engine")
        {
            Events = events.ToImmutable(),
            Windows = [.. windows],
            Prompts = [.. prompts],
            Notices = [.. notices],
            Texts = [.. texts],
            Numbers = [.. conversations.Select(c => c.Number)],
        };
    }

    /// <summary>The first token comes out of the prompt's evaluation; every decode makes one more.</summary>
    private static IEnumerable<EngineEvent> Mlc(int request, int index, int count, AppQuestion question, EventTimes times, PromptCounts? counts, List<string> notices)
    {
        var prompt = times[string.Create(CultureInfo.InvariantCulture, $"prefill.{index}")];
        var until = index + 1 < count && times[string.Create(CultureInfo.InvariantCulture, $"prefill.{index + 1}")] is { } next ? next.Begin : long.MaxValue;
        var decodes = prompt is { } p ? times.Numbered("generate.decode").Where(d => d.Begin >= p.End && d.Begin < until).ToArray() : [];
        var end = OriginalTime.Nanoseconds(question.Start) + OriginalTime.Nanoseconds(question.Duration);
        if (prompt is not { } evaluated) return Unseen(request, question, end, question.OutputTokens + 1, counts, notices);
        (long, int)[] emitted = [(evaluated.End, 1), .. decodes.Select(d => (d.End, 1))];
        return Told.Request(request, evaluated.Begin, evaluated, PromptTokens(question), question.InputTokens, emitted, end, emitted.Length, counts, "stop");
    }

    /// <summary>Tokens become visible when they are sampled.</summary>
    private static IEnumerable<EngineEvent> Farm(int request, int index, AppQuestion question, EventTimes times, PromptCounts? counts, List<string> notices)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"generate.{index}");
        var (decodes, samples, whole) = (times.Numbered(name + ".decode"), times.Numbered(name + ".llm_sample"), times[name]);
        var end = whole?.End ?? OriginalTime.Nanoseconds(question.Start) + OriginalTime.Nanoseconds(question.Duration);
        if (samples.IsEmpty || decodes.IsEmpty) return Unseen(request, question, end, question.OutputTokens, counts, notices);
        var prefill = decodes.Where(d => d.End <= samples[0].Begin).ToArray();
        (long, long)? prompt = prefill.Length > 0 ? (prefill[0].Begin, prefill[^1].End) : null;
        return Told.Request(request, whole?.Begin ?? OriginalTime.Nanoseconds(question.Start), prompt, PromptTokens(question), question.InputTokens, [.. samples.Select(s => (s.End, 1))], end, samples.Length, counts, "stop");
    }

    private static IEnumerable<EngineEvent> Unseen(int request, AppQuestion question, long end, int tokens, PromptCounts? counts, List<string> notices)
    {
        notices.Add(string.Create(CultureInfo.InvariantCulture, $"request {request}: no event of its evaluation is recorded, so its tokens are seen at its end only"));
        return Told.Request(request, OriginalTime.Nanoseconds(question.Start), null, PromptTokens(question), question.InputTokens, tokens > 0 ? [(end, tokens)] : [], end, tokens, counts, "stop");
    }

    // What was in the session before came from the cache.
    private static int PromptTokens(AppQuestion question) => question.InputTokens + Math.Max(0, question.SessionTokens);

    private static ImmutableArray<(long, string)> Thermal(ImportLog log, string? path, List<RecordFile> used)
    {
        if (path is null || log.Open(path, "thermal states") is not { } file) return [];
        try
        {
            using var json = JsonDocument.Parse(Used(file, used).Bytes);
            ImmutableArray<(long, string)> found = [.. json.RootElement.EnumerateArray().Select(e => (OriginalTime.Nanoseconds(e.GetProperty("timestamp").GetDouble()), e.GetProperty("state").GetString()!)).OrderBy(e => e.Item1)];
            log.Took(path, "thermal states", found.Length);
            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            log.Reject(file, null, "no thermal states", "an array of timestamp and state");
            return [];
        }
    }

    private static RecordFile Used(RecordFile file, List<RecordFile> used)
    {
        used.Add(file);
        return file;
    }
}
