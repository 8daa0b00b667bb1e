using MELT.Actors.Evaluations;
using MELT.Actors.Journal;
using MELT.Host.Reports;
using MELT.Host.Reports.Evaluations;

namespace MELT.Host.Commands;

/// <summary>Evaluations by their id, in the terminal and as a report.</summary>
internal static class EvaluationOutput
{
    private const string Prefix = "evaluation-";

    /// <summary>The evaluation that an id or its unique beginning names; null when it names something else.</summary>
    public static async Task<EvaluationDocument?> FindAsync(IJournal journal, string id, CancellationToken stop)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        return (await Evaluation.AllAsync(journal, stop)).Where(e => e.Id.StartsWith(id, StringComparison.Ordinal)).ToArray() switch
        {
            [var only] => EvaluationDocument.Of(only),
            [] => throw new CommandException($"no evaluation begins with \"{id}\"; melt import says which id it gave"),
            var several => throw new CommandException($"\"{id}\" begins {several.Length} evaluations; write more of it"),
        };
    }

    public static void Show(EvaluationDocument document)
    {
        Surroundings.Say($"{document.Evaluation}: {Format.Counted(document.Accuracies.Length, "accuracy row")}, {Format.Counted(document.Sizes.Length, "model size")}, from {document.Source}");
        Surroundings.Say($"{Format.Counted(document.Repeats.Length, "value")} repeat to the last digit, {Format.Count(document.Repeats.Count(r => r.Copied))} of them look copied");
        foreach (var repeat in document.Repeats)
            Surroundings.Say(FormattableString.Invariant($"  {repeat.Dataset} {repeat.Accuracy}: {string.Join(", ", repeat.Rows.Select(EvaluationReport.Name))}; {EvaluationReport.What(repeat)}"));
    }

    /// <summary>Writes the report and answers where.</summary>
    public static async Task<string> WriteAsync(EvaluationDocument document, string to, CancellationToken stop)
    {
        var file = Path.GetFullPath(Path.GetExtension(to) is ".html" or ".json" ? to : Path.Combine(to, ReportFiles.Html));
        await ReportFiles.WriteAsync(file, Path.GetExtension(file) == ".json" ? document.ToJson() + "\n" : EvaluationReport.Write(document), stop);
        return file;
    }
}
