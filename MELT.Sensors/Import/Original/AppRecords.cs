using System.Globalization;
using System.Text.Json;

namespace MELT.Sensors.Import.Original;

/// <summary>One prompt as an app recorded it; seconds of the phone's clock.</summary>
internal sealed record AppQuestion(double Start, double Duration, string Input, string Output, int SessionTokens, int InputTokens, int OutputTokens, AppStats? Stats)
{
    public double End => Start + Duration;
}

/// <summary>One conversation as an app recorded it.</summary>
internal sealed record AppConversation(int Number, string Model, double? LoadStart, double LoadDuration, IReadOnlyList<AppQuestion> Questions);

/// <summary>
/// What the apps write after a run: an array of conversations with their prompts (<c>questionRecords</c>, formerly <c>chatRecords</c>). A file that was cut
/// because the app was ended is read up to the last whole prompt.
/// </summary>
internal static class AppRecords
{
    public static (List<AppConversation> Conversations, bool Cut) Read(ImportLog log, RecordFile file)
    {
        var (json, cut) = Parse(log, file);
        var found = new List<AppConversation>();
        if (json is null) return (found, cut);
        using (json)
        {
            if (json.RootElement.ValueKind == JsonValueKind.Array)
                foreach (var (number, conversation) in json.RootElement.EnumerateArray().Index()) found.Add(ConversationOf(log, file, conversation, number));
            else log.Reject(file, null, $"it holds {json.RootElement.ValueKind.ToString().ToLowerInvariant()}", "an array of conversations");
        }
        log.Took(file.Path, "prompts of conversations", found.Sum(c => c.Questions.Count));
        return (found, cut);
    }

    private static (JsonDocument? Json, bool Cut) Parse(ImportLog log, RecordFile file)
    {
        try
        {
            return (JsonDocument.Parse(file.Bytes), false);
        }
        catch (JsonException e)
        {
            log.Reject(file, string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}"), "the file ends or is no JSON there", "an array of conversations; what is whole before it is taken");
            return (CutJson.Mended(file.Bytes), true);
        }
    }

    private static AppConversation ConversationOf(ImportLog log, RecordFile file, JsonElement json, int number)
    {
        var questions = new List<AppQuestion>();
        var records = Member(json, "questionRecords") ?? Member(json, "chatRecords");
        if (records is { ValueKind: JsonValueKind.Array } array)
            foreach (var (i, record) in array.EnumerateArray().Index())
                if (QuestionOf(record) is { } question) questions.Add(question);
                else log.Reject(file, string.Create(CultureInfo.InvariantCulture, $"conversation {number}, prompt {i}"), "no start, duration or tokens", "a prompt with all three");
        var load = Member(json, "modelLoadTime");
        return new(number, Text(json, "modelName"), load is { } l ? Moment(l) : null, load is { } d ? Number(d, "duration") ?? 0 : 0, questions);
    }

    private static AppQuestion? QuestionOf(JsonElement json)
    {
        if (Member(json, "time") is not { } time || Moment(time) is not { } start || Number(time, "duration") is not { } duration || duration < 0) return null;
        if (Number(json, "output_tokens") is not { } output || Number(json, "input_tokens") is not { } input) return null;
        return new(start, duration, Text(json, "input"), Text(json, "output"), (int)(Number(json, "original_session_tokens") ?? -1), (int)input, (int)output, StatsText.Read(Text(json, "runtimeStats")));
    }

    private static double? Moment(JsonElement time) => Member(time, "start") switch
    {
        { ValueKind: JsonValueKind.Number } number => OriginalTime.Seconds(number.GetRawText()),
        { ValueKind: JsonValueKind.String } text => OriginalTime.Seconds(text.GetString()!),
        _ => null,
    };

    private static JsonElement? Member(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    private static double? Number(JsonElement json, string name) => Member(json, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;

    private static string Text(JsonElement json, string name) => Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
}
