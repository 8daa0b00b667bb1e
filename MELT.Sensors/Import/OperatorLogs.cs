using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Operators;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Import;

/// <summary>
/// Logs in which llama.cpp or TVM tells the time of every operator, each a session of its own. They tell how long things took and not when, so
/// the session has profiles and neither requests nor phases.
/// </summary>
internal sealed class OperatorLogs : IImportFormat
{
    private const string Expected = "a per-operator log of llama.cpp or of TVM";
    /// <summary>A log whose first graph comes later is none that can be recognised; <c>--as</c> reads it all the same.</summary>
    private const int MostLinesBefore = 20_000;

    public const string FormatName = "operator-log";

    public string Name => FormatName;
    public string Files => "a per-operator log of llama.cpp (=== GRAPH ===) or of TVM (Report from function …), alone or as *.log in a folder";

    public bool Recognises(string folder) => File.Exists(folder) ? IsOne(folder) : Directory.Exists(folder) && Logs(folder).Any();

    public IReadOnlyList<ImportedRecording> Read(string folder)
    {
        if (Directory.Exists(folder) && !Logs(folder).Any()) throw new ImportException(folder, null, "no *.log here tells of operators", Expected);
        return [.. (Directory.Exists(folder) ? Logs(folder) : [folder]).Select(ReadOne)];
    }

    private static IEnumerable<string> Logs(string folder) => Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal).Where(IsOne);

    private static bool IsOne(string file)
    {
        try
        {
            return File.ReadLines(file).Take(MostLinesBefore).Any(OperatorLog.Begins);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private ImportedRecording ReadOne(string path)
    {
        var file = RecordFile.Read(path, Expected);
        var name = Path.GetFileName(path);
        var log = OperatorLog.TryRead(name, [.. file.Lines().Select(l => l.Text)]) ?? throw file.Wrong(null, "it tells of no operators", Expected);
        if (log.Graphs.IsEmpty) throw file.Wrong(null, log.Problems.Select(p => p.ToString()).FirstOrDefault("nothing in it is whole"), "at least one whole graph or report");
        var sha256 = ImportedSession.Hash(Name, "", file);
        var domain = $"operators-{sha256[..8]}";
        var header = ImportedSession.Header(name, ImportedSession.Device(name), domain, 0, sha256,
            [new("record", name), new("format", Name), new("form", log.Form), new("graphs", Count(log.Graphs.Length)), new("operator_rows", Count(log.Graphs.Sum(g => g.Rows.Length))), .. Summed(log), .. log.Facts.Select(f => KeyValuePair.Create($"log.{f.Key}", f.Value))]) with
        {
            Kind = "llm",
        };
        return new(Name, name, path, header,
        [
            new RecordingEntry.Opened(header),
            new RecordingEntry.Engine([new EngineEvent.Ready(new Stamp(0), ImportedSession.Engine, Name, null, new EngineClock(domain, 1, 0)), .. OperatorProfile.Of(log.Graphs, new Stamp(0))]),
            log.Problems.IsEmpty ? new RecordingEntry.Closed("complete", null) : new RecordingEntry.Closed("partial", Reason(log.Problems)),
        ])
        { Sha256 = sha256 };
    }

    // As the log's own sums have it; the first graph of llama.cpp is its warm-up.
    private static IEnumerable<KeyValuePair<string, string>> Summed(OperatorLog log)
    {
        var later = log.Graphs.Skip(1).Where(g => !g.Totals.IsEmpty).ToArray();
        if (later.Length == 0) yield break;
        var sums = later.SelectMany(g => g.Totals).GroupBy(t => t.Key, t => t.Value).Select(t => (Operator: t.Key, Sum: t.Sum())).OrderByDescending(t => t.Sum).ToArray();
        var all = sums.Sum(s => s.Sum);
        yield return new("after_first_graph", string.Create(CultureInfo.InvariantCulture,
            $"{later.Length} graphs, {all / 1e6 / later.Length:0.0} ms on average, {sums[0].Operator} {100.0 * sums[0].Sum / all:0.00} %, by the log's own sums"));
    }

    private static string Reason(ImmutableArray<OperatorLogProblem> problems) =>
        problems.Length == 1 ? problems[0].ToString() : FormattableString.Invariant($"{problems[0]}, and {problems.Length - 1} more");

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
