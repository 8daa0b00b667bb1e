using System.Collections.Immutable;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// A run of the original MELT: a folder with <c>configuration.json</c> or <c>energy_iter*.log</c> and <c>melt_measurements</c>. It is an experiment. A conversation
/// whose model was loaded for it is a session, else all conversations of one load are; iterations are repetitions. What is wrong in a file is listed and left out; the rest is read.
/// </summary>
internal sealed class MeltOriginal : IImportFormat
{
    public const string FormatName = "melt-original";
    /// <summary>What the monitor of a Jetson wrote, by iteration.</summary>
    public const string JetsonLogs = "energy_iter*.log";

    public string Name => FormatName;
    public string Files => $"{RunFacts.Configuration} or {JetsonLogs}, and {MeasurementFiles.Folder}/";
    public bool IsTolerant => true;

    public bool Recognises(string folder) =>
        Directory.Exists(Path.Combine(folder, MeasurementFiles.Folder)) && (File.Exists(Path.Combine(folder, RunFacts.Configuration)) || File.Exists(Path.Combine(folder, MonsoonCsv.Trace)) || Directory.EnumerateFiles(folder, JetsonLogs).Any());

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        var (log, used) = (new ImportLog(folder), new List<RecordFile>());
        var files = new MeasurementFiles(folder);
        var jetson = Directory.EnumerateFiles(folder, JetsonLogs).Any();
        if (RunFacts.Read(log, folder, used) is not { } facts) throw new ImportException(folder, null, "neither configuration.json nor the folders' names say which app ran", "MLCChat, MLCChat++, LlamaCpp or LLMFarmEval");
        var figures = PublishedResults.Read(log, folder, used);
        var terminal = jetson || facts.App == "LlamaCpp";
        ImmutableArray<Conversation> sessions = [.. (terminal ? TerminalSessions.Read(log, facts, jetson, files, used) : AppSessions.Read(log, facts, files, used)).Where(c => !c.Events.IsEmpty).OrderBy(c => c.Number).ThenBy(c => c.Iteration)];
        foreach (var unknown in files.Unknown) log.Reject(new ImportException(unknown, null, "no reader knows this file", "a file of the original's runs"));
        if (sessions.IsEmpty) throw new ImportException(folder, null, $"no conversation in it can be read{string.Concat(log.Rejected.Take(3).Select(r => $"; {r}"))}", "at least one conversation with a prompt");
        var meters = OriginalMeters.Read(log, folder, facts, sessions, used);
        return [.. sessions.Select((session, i) => OriginalSession.Recording(folder, facts, session, i, meters, figures, log, used))];
    }
}
