using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import.Original;

/// <summary>One session of a run as a recording: its events and meters, each in a named clock, and what was published of it.</summary>
internal static class OriginalSession
{
    private const long Sleep = 4_000_000_000;
    private static readonly string[] ThermalStates = ["nominal", "fair", "serious", "critical"];

    public static ImportedRecording Recording(string folder, RunFacts facts, Conversation session, int index, OriginalMeters meters, IReadOnlyList<(int Iteration, OriginalFigure Figure)> figures, ImportLog log, List<RecordFile> used)
    {
        // Where a file was read in the order of the folder does not count, what is in it does.
        RecordFile[] content = [.. used.OrderBy(f => f.Path, StringComparer.Ordinal)];
        var (run, sha256) = (ImportedSession.Hash(MeltOriginal.FormatName, "", content), ImportedSession.Hash(MeltOriginal.FormatName, session.Part, content));
        var (device, runName) = (ImportedSession.Device(facts.Device), $"{facts.Device} {facts.App} {facts.ModelName}");
        var name = $"{runName} {session.Part}";
        string Domain(string clock) => $"{clock}-{sha256[..8]}";
        var header = ImportedSession.Header(name, device, Domain(session.Clock), session.First, sha256, [new("name", facts.Device), new("app", facts.App), new("format", MeltOriginal.FormatName)]) with
        {
            Experiment = ImportedSession.Named(run).Experiment,
            Session = ImportedSession.Named(run, index + 1).Session,
            PlanSha256 = run,
            // Parted like the cells of a plan, so that reports find what they have in common.
            Name = string.Join(", ", ((string?[])[facts.Device, facts.App, facts.ModelName, session.Cell]).OfType<string>()),
            Kind = "llm",
            Engine = Engine(facts.App),
            Repetition = session.Iteration + 1,
            Parameters = facts.Settings.SetItem("observed_at", session.ObservedAt),
        };
        return new(MeltOriginal.FormatName, name, folder, header,
        [
            new RecordingEntry.Opened(header),
            .. session.Exchanges.IsEmpty ? [] : new[] { new RecordingEntry.Clock(Domain(Conversation.Controller), session.Exchanges) },
            .. meters.Entries(index, device, Domain),
            .. Thermal(session, device, Domain),
            new RecordingEntry.Engine([new EngineEvent.Ready(new Stamp(session.First), Engine(facts.App), "not recorded", null, new EngineClock(Domain(session.Clock), session.Resolution, 0)), .. session.Events]),
            .. Rest(session),
            .. session.Notices.Select(text => new RecordingEntry.Noticed("record-incomplete", text)),
            new RecordingEntry.Closed(session.Partial is null ? "complete" : "partial", session.Partial),
        ])
        {
            Sha256 = sha256,
            Run = runName,
            Read = index == 0 ? log.Read : [],
            Rejected = index == 0 ? log.Rejected : [],
            PromptTexts = session.Texts,
            Original = new()
            {
                App = facts.App,
                Iteration = session.Iteration,
                MeterStart = meters.MeterStart,
                Windows = session.Windows,
                Prompts = session.Prompts,
                Stages = meters.Stages,
                Figures = [.. figures.Where(f => f.Iteration == session.Iteration && session.Numbers.Contains(f.Figure.Conversation)).Select(f => f.Figure)],
            },
        };
    }

    // The script and the apps sleep at least so long around what they do. A meter whose clock nobody related is found by the steps between rest and load.
    private static RecordingEntry.Phase[] Rest(Conversation session) =>
    [
        new("ready", new Stamp(session.First - Sleep), new Stamp(session.First)),
        new("ready", new Stamp(session.Last), new Stamp(session.Last + Sleep)),
    ];

    private static string Engine(string app) => app is "LlamaCpp" or "LLMFarmEval" ? "llama.cpp" : "MLC";

    // Each state holds until the next; as a number, so that it can be drawn.
    private static IEnumerable<RecordingEntry> Thermal(Conversation session, DeviceId device, Func<string, string> domain) => session.Thermal.IsEmpty ? [] :
        ImportedMeter.Entries(new MeterId(device, "thermal-state"), new()
        {
            Kind = SensorKind.Instantaneous,
            ClockDomain = domain(session.Clock),
            Channels = [new() { Name = "state", Quantity = "thermal-state", Unit = "1" }],
        }, [.. session.Thermal.Select(t => t.At)], new SampleColumn("state", new Grid(1, 0), [.. session.Thermal.Select(t => (long)Array.IndexOf(ThermalStates, t.State))]));
}
