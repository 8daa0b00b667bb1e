using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis.Evaluations;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// What lies beside the runs of the original: the bench, configurations of models, lists of prompts, tables of accuracies and sizes. They add facts to
/// recordings that are imported with them; they do not name them, so that a run is the same run with and without them.
/// </summary>
public sealed class OriginalSurroundings
{
    /// <summary>The format these belong to.</summary>
    public const string Format = MeltOriginal.FormatName;
    private const string Devices = "devices.json", Channels = "channels.json", Meter = "monsoon.json";
    private readonly List<ModelConfig> _models = [];
    private readonly Dictionary<string, string> _prompts = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> _devices = ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>.Empty;

    private OriginalSurroundings() { }

    /// <summary>The tables in these folders; null when there are none.</summary>
    public ImportedEvaluation? Evaluation { get; private set; }
    public ImmutableArray<ReadPart> Read { get; private set; } = [];
    public ImmutableArray<RejectedPart> Rejected { get; private set; } = [];

    /// <summary>Everything below a folder that belongs to no record; a folder that is one is not searched.</summary>
    public static OriginalSurroundings Find(string folder)
    {
        var (found, log) = (new OriginalSurroundings(), new ImportLog(folder));
        if (!Directory.Exists(folder)) return found;
        var (accuracies, sizes, tables) = (new List<AccuracyRow>(), new List<ModelSize>(), new List<RecordFile>());
        // The relay board adds to the devices, so it comes behind them.
        foreach (var path in Below(folder).OrderBy(path => Path.GetFileName(path) == Channels))
        {
            switch (Path.GetFileName(path), Path.GetExtension(path))
            {
                case (Devices, _) when log.Open(path, "the devices of a bench") is { } file: found._devices = DeviceCatalogueJson.Read(log, file, "devices") ?? found._devices; break;
                case (Channels, _) when log.Open(path, "the channels of a relay board") is { } file: found.With(DeviceCatalogueJson.Read(log, file, "channels of the relay board")); break;
                case (Meter, _) when log.Open(path, "the power meter of a bench") is { } file: DeviceCatalogueJson.Read(log, file, "facts of the power meter"); break;
                case (_, ".yaml") when log.Open(path, "the configuration of a model") is { } file && ModelConfig.Read(log, file) is { } model: found._models.Add(model); break;
                case (_, ".json") when log.Open(path, "a list of prompts") is { } file: found.Prompts(log, file); break;
                case (_, ".csv") when log.Open(path, "a table of accuracies or sizes") is { } file: Table(log, file, accuracies, sizes, tables); break;
                default: break;
            }
        }
        (found.Read, found.Rejected) = (log.Read, log.Rejected);
        if (tables.Count > 0)
        {
            var sha256 = ImportedSession.Hash("evaluation", "", [.. tables.OrderBy(t => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(t.Bytes)), StringComparer.Ordinal)]);
            found.Evaluation = new($"evaluation-{sha256[..12]}", folder, sha256, [.. accuracies], [.. sizes]);
        }
        return found;
    }

    /// <summary>The same recording with what is known of its device, its model and its prompts.</summary>
    public ImportedRecording Complete(ImportedRecording recording)
    {
        if (recording.Original is null) return recording;
        var header = recording.Header;
        var device = header.DeviceFacts.GetValueOrDefault("name") ?? "";
        var model = recording.Entries.OfType<RecordingEntry.Engine>().SelectMany(e => e.Events).OfType<MELT.Devices.Inference.EngineEvent.LoadEnded>().FirstOrDefault()?.Model.Name ?? "";
        var config = _models.Where(m => m.IsOf(model)).MaxBy(m => m.Model.Length);
        var completed = header with
        {
            DeviceFacts = header.DeviceFacts.SetItems(_devices.GetValueOrDefault(device) ?? ImmutableSortedDictionary<string, string>.Empty),
            Parameters = header.Parameters
                .SetItems((config?.Settings ?? ImmutableSortedDictionary<string, string>.Empty).Select(s => KeyValuePair.Create($"model_config.{s.Key}", s.Value)))
                .SetItems(recording.PromptTexts.Index().Where(p => _prompts.ContainsKey(p.Item)).Select(p => KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"prompt_{p.Index}"), _prompts[p.Item]))),
        };
        return recording.With(completed);
    }

    private static IEnumerable<string> Below(string folder) => ImportFormats.Recognise(folder) is not null ? [] :
        Directory.GetFiles(folder).Order(StringComparer.Ordinal).Concat(Subfolders.Of(folder).SelectMany(Below));

    private void With(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>>? channels)
    {
        foreach (var (name, facts) in _devices)
            if (channels is not null && facts.TryGetValue("monsoon.channel", out var channel) && channels.TryGetValue(channel, out var wired))
                _devices = _devices.SetItem(name, facts.SetItems(wired.Select(w => KeyValuePair.Create($"monsoon.{w.Key}", w.Value))));
    }

    // An array of conversations, each an array of prompts.
    private void Prompts(ImportLog log, RecordFile file)
    {
        try
        {
            using var json = JsonDocument.Parse(file.Bytes);
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.EnumerateArray().Any(c => c.ValueKind != JsonValueKind.Array)) return;
            var count = 0;
            foreach (var (conversation, prompts) in json.RootElement.EnumerateArray().Index())
                foreach (var (prompt, text) in prompts.EnumerateArray().Index())
                    if (text.ValueKind == JsonValueKind.String)
                    {
                        count++;
                        _prompts.TryAdd(text.GetString()!, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file.Path)}[{conversation}][{prompt}]"));
                    }
            log.Took(file.Path, "prompts", count);
        }
        catch (JsonException)
        {
            // Some other JSON; it is nobody's list of prompts.
        }
    }

    private static void Table(ImportLog log, RecordFile file, List<AccuracyRow> accuracies, List<ModelSize> sizes, List<RecordFile> tables)
    {
        if (EvaluationTables.IsAccuracies(file)) accuracies.AddRange(EvaluationTables.ReadAccuracies(log, file));
        else if (EvaluationTables.IsSizes(file)) sizes.AddRange(EvaluationTables.ReadSizes(log, file));
        else return;
        tables.Add(file);
    }
}
