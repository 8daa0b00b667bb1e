using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Journal;

namespace MELT.Host.Commands;

/// <summary><c>melt journal check</c>: reads every event there is and says what is wrong.</summary>
internal static class JournalCommand
{
    public static Command Create(SharedOptions shared)
    {
        var check = new Command("check", "Read every event of the journal and the store's own structure; say what is wrong and what to do; exit 1 when anything is");
        check.SetAction((parsed, stop) => Failure.GuardAsync(() => CheckAsync(new Surroundings(parsed, shared), stop)));
        return new Command("journal", "Where events are kept: check it") { check };
    }

    private static async Task<int> CheckAsync(Surroundings with, CancellationToken stop)
    {
        await using var journal = await with.OpenJournalAsync(stop);
        var findings = await JournalCheck.RunAsync(journal, MeltEvents.Serializer, stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new CheckedJournal(journal.Name, findings.Length == 0, [.. findings]), JournalJson.Default.CheckedJournal));
        else
            foreach (var line in Lines(journal, findings)) Surroundings.Say(line);
        return findings.Length == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static IEnumerable<string> Lines(StoredJournal journal, IReadOnlyList<JournalFinding> findings)
    {
        foreach (var finding in findings)
        {
            yield return $"{finding.Code}: {finding.Text}";
            yield return $"  {finding.Remedy}";
        }
        yield return findings.Count == 0 ? $"{journal.Name}: all is well" : $"{journal.Name}: {findings.Count} finding{(findings.Count == 1 ? "" : "s")}";
    }
}

internal sealed record CheckedJournal(string Journal, bool Ok, JournalFinding[] Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CheckedJournal))]
internal sealed partial class JournalJson : JsonSerializerContext;
