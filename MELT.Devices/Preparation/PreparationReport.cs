using System.Text.Json.Serialization;

namespace MELT.Devices.Preparation;

/// <summary>How far a device was prepared, all in all.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PreparationGrade>))]
public enum PreparationGrade
{
    /// <summary>Nothing that was wished for holds, or nothing was wished for.</summary>
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("partial")] Partial,

    /// <summary>Every wish was read back as fulfilled.</summary>
    [JsonStringEnumMemberName("full")] Full,
}

/// <summary>The grade of a whole preparation and the sentence by which a report tells it.</summary>
public sealed record PreparationReport(PreparationGrade Grade, string Sentence)
{
    public static PreparationReport Of(IReadOnlyList<StepOutcome> outcomes)
    {
        if (outcomes.Count == 0) { return new(PreparationGrade.None, "The device was not prepared: nothing was asked for."); }
        var lacking = outcomes.Where(outcome => !outcome.Holds).ToList();
        var reasons = string.Join("; ", lacking.Select(outcome => $"{outcome.Name} = {outcome.Wanted}: {Word(outcome.Grade)}{(outcome.Reason is null ? "" : $", {outcome.Reason}")}"));
        return lacking.Count == 0 ? new(PreparationGrade.Full, $"The device was prepared in full; read back: {string.Join(", ", outcomes.Select(o => $"{o.Name} = {o.Wanted}"))}.")
            : lacking.Count == outcomes.Count ? new(PreparationGrade.None, $"The device was not prepared ({reasons}).")
            : new(PreparationGrade.Partial, $"The device was prepared in part: {outcomes.Count - lacking.Count} of {outcomes.Count} wishes hold ({reasons}).");
    }

    private static string Word(StepGrade grade) => grade switch
    {
        StepGrade.NotPossible => "not possible",
        StepGrade.Unverified => "set but not verified",
        _ => "failed",
    };
}
