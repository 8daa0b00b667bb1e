using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Replay;
using MELT.Devices.Time;

namespace MELT.Host.Commands;

/// <summary><c>melt list</c>: the experiments of the data folder, a line each.</summary>
internal static class ListCommand
{
    public static Command Create(SharedOptions shared)
    {
        var command = new Command("list", "List the experiments and sessions of the data folder");
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => RunAsync(new Surroundings(parsed, shared), stop)));
        return command;
    }

    private static async Task<int> RunAsync(Surroundings with, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        ListedExperiment[] rows = [.. (await new Catalogue(journal).ExperimentsAsync(stop)).Select(e => Row(e)), .. (await Evaluation.AllAsync(journal, stop)).Select(Row)];
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(rows, ListJson.Default.IEnumerableListedExperiment));
        else
            foreach (var line in Lines(rows)) Surroundings.Say(line);
        return ExitCode.Done;
    }

    /// <summary>An evaluation has no sessions.</summary>
    private static ListedExperiment Row(EvaluationState e) => new(e.Id, "accuracies and sizes", Moment(e.Origin!.At), "complete", null, []);

    private static string Moment(Stamp at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The row of one experiment; <paramref name="progress"/> knows how far its running session is, where somebody does.</summary>
    public static ListedExperiment Row(ExperimentState e, Func<string, ListedProgress?>? progress = null) => new(
        e.Id, e.Plan!.Name, Moment(e.Plan.At), e.End?.Status ?? "unfinished", e.End?.Reason,
        [.. e.Started.Select(s => new ListedSession(s.Session, e.Plan.Sessions[s.Index].Header.Name, s.Attempt, e.Ended.FirstOrDefault(x => x.Session == s.Session)?.Status ?? "unfinished") { Progress = progress?.Invoke(s.Session) })]);

    /// <summary>One line each, so that it can be searched and cut; names are not wrapped.</summary>
    private static IEnumerable<string> Lines(IReadOnlyList<ListedExperiment> experiments)
    {
        var width = experiments.SelectMany(e => e.Sessions.Select(s => s.Session.Length + 2)).Append(10).Max();
        yield return $"{"EXPERIMENT".PadRight(width)}  {"BEGUN",-20}  {"STATUS",-10}  NAME";
        foreach (var e in experiments)
        {
            yield return $"{e.Experiment.PadRight(width)}  {e.Begun,-20}  {e.Status,-10}  {OneLine(e.Name)}";
            foreach (var s in e.Sessions) yield return $"{("  " + s.Session).PadRight(width)}  {"",-20}  {s.Status,-10}  {OneLine(s.Cell)}";
        }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

internal sealed record ListedExperiment(string Experiment, string Name, string Begun, string Status, string? Reason, IReadOnlyList<ListedSession> Sessions);

internal sealed record ListedSession(string Session, string Cell, int Attempt, string Status)
{
    /// <summary>Of a session that runs on the node that answers; absent otherwise.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public ListedProgress? Progress { get; init; }
}

internal sealed record ListedProgress(string Stage, int RequestsDone, int Requests, int Tokens);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(IEnumerable<ListedExperiment>))]
[System.Text.Json.Serialization.JsonSerializable(typeof(ListedExperiment))]
internal sealed partial class ListJson : System.Text.Json.Serialization.JsonSerializerContext;
