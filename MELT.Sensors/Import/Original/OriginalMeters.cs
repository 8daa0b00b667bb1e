using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices;
using MELT.Sensors.Alignment;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import.Original;

/// <summary>One meter of a run, whole: its stamps are in the named clock.</summary>
internal sealed record OriginalMeter(string Name, string Clock, Func<string, MeterDescription> Description, ImmutableArray<long> Stamps, IReadOnlyList<SampleColumn> Columns);

/// <summary>The meters of a run, and which part of them belongs to which session: from the middle between two sessions to the next middle, so every reading belongs to one.</summary>
internal sealed class OriginalMeters
{
    private const string Battery = "measurements_adb.csv", Meter = "meter";
    private readonly ImmutableArray<Conversation> _sessions;
    private readonly List<(OriginalMeter Meter, int? Iteration)> _meters = [];

    private OriginalMeters(ImmutableArray<Conversation> sessions) => _sessions = sessions;

    public double? MeterStart { get; private set; }
    public ImmutableArray<OriginalStage> Stages { get; private set; } = [];

    public static OriginalMeters Read(ImportLog log, string folder, RunFacts facts, ImmutableArray<Conversation> sessions, List<RecordFile> used)
    {
        var meters = new OriginalMeters(sessions);
        if (MonsoonCsv.Read(log, folder, used) is { } trace)
        {
            meters.MeterStart = trace.Start;
            // The first version notes its start only after the meter was calibrated, so its stamps are late by a time nobody noted.
            meters._meters.Add((new(MonsoonCsv.Name, trace.StartIsRight ? Conversation.Controller : Meter, MonsoonCsv.Description, trace.Stamps, trace.Columns), null));
        }
        foreach (var path in Directory.GetFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
            log.Reject(new ImportException(path, null, "Parquet is not read", $"the same table as {MonsoonCsv.Trace}, with the header time (sec),current (mA),voltage (V)"));
        if (File.Exists(Path.Combine(folder, Battery)) && log.Open(Path.Combine(folder, Battery), "the phone's own readings") is { } battery)
        {
            used.Add(battery);
            if (AdbCsv.Read(log, battery) is { } own) meters._meters.Add((own, null));
        }
        meters.Stages = StageLog.Read(log, folder, used);
        var iterations = sessions.Select(s => s.Iteration).Distinct().ToDictionary(i => string.Create(CultureInfo.InvariantCulture, $"energy_iter{i}.log"));
        foreach (var path in Directory.GetFiles(folder, MeltOriginal.JetsonLogs).Order(StringComparer.Ordinal))
        {
            if (!iterations.TryGetValue(Path.GetFileName(path), out var iteration))
                log.Reject(new ImportException(path, null, "no conversation of this iteration was read", "its conversations; melt import with the log's own path takes its readings alone"));
            else if (log.Open(path, "the monitor's log") is { } file)
            {
                used.Add(file);
                if (JetsonLog.Read(log, file) is { } readings) meters._meters.AddRange(readings.Meters(facts.Device).Select(meter => (meter, (int?)iteration)));
            }
        }
        return meters;
    }

    /// <summary>Description and readings of each meter for one session.</summary>
    public IEnumerable<RecordingEntry> Entries(int session, DeviceId device, Func<string, string> domain)
    {
        foreach (var (meter, iteration) in _meters)
        {
            if (iteration is not null && iteration != _sessions[session].Iteration) continue;
            var (from, to) = Share(session, iteration);
            var first = meter.Stamps.TakeWhile(s => s < from).Count();
            var length = meter.Stamps.Skip(first).TakeWhile(s => s < to).Count();
            if (length == 0) continue;
            foreach (var entry in ImportedMeter.Entries(new MeterId(device, meter.Name), meter.Description(domain(meter.Clock)), meter.Stamps.Slice(first, length), [.. meter.Columns.Select(c => c with { Integers = c.Integers.Slice(first, length) })]))
                yield return entry;
        }
        if (StageLog.Meter([.. Stages.Where(stage => Owner(stage) == session)]) is { } stages)
            foreach (var entry in ImportedMeter.Entries(new MeterId(device, stages.Name), stages.Description(domain(stages.Clock)), stages.Stamps, [.. stages.Columns])) yield return entry;
    }

    /// <summary>A stage stands with the last session in it; one with no session in it, with the next to it.</summary>
    private int Owner(OriginalStage stage)
    {
        var (begin, end) = (OriginalTime.Nanoseconds(stage.Start), OriginalTime.Nanoseconds(stage.End));
        var order = Enumerable.Range(0, _sessions.Length).OrderBy(i => _sessions[i].Last).ToArray();
        var inside = order.Where(i => _sessions[i].First < end && _sessions[i].Last > begin).ToArray();
        return inside.Length > 0 ? inside[^1] : order.MinBy(i => Math.Max(_sessions[i].First - end, begin - _sessions[i].Last));
    }

    private (long From, long To) Share(int session, int? iteration)
    {
        int[] order = [.. Enumerable.Range(0, _sessions.Length).Where(i => iteration is null || _sessions[i].Iteration == iteration).OrderBy(i => _sessions[i].First)];
        var place = Array.IndexOf(order, session);
        return (place == 0 ? long.MinValue : Between(order[place - 1], session), place == order.Length - 1 ? long.MaxValue : Between(session, order[place + 1]));
    }

    private long Between(int before, int after) => _sessions[before].Last / 2 + _sessions[after].First / 2;
}

/// <summary>The phone's own gauge and the load of its processor, every few seconds on the controller's clock; −1 is no reading.</summary>
internal static class AdbCsv
{
    private sealed record Row(long At, double Amperes, double Volts, double Load);

    public static OriginalMeter? Read(ImportLog log, RecordFile file)
    {
        var rows = log.Lines(file, "readings of the phone's own gauge", file.Lines().Skip(1), line =>
        {
            if (line.Text.Split(',') is not [var at, var current, var voltage, var load]) throw line.Is("timestamp,current,voltage,cpu_util");
            var stamp = OriginalTime.Nanoseconds(at) ?? throw line.Is(at, "seconds since 1970");
            var (amperes, volts) = (line.Number64(current, "a current in µA"), line.Number64(voltage, "a voltage in µV"));
            return new Row(stamp, amperes == -1 ? double.NaN : amperes / 1e6, volts == -1 ? double.NaN : volts / 1e6, line.Number64(load, "a load in %") / 100);
        });
        if (rows.Count == 0) return null;
        rows.Sort((a, b) => a.At.CompareTo(b.At));
        (ChannelDescription Channel, double[] Values)[] channels =
        [
            (new() { Name = "current", Quantity = "current", Unit = "A" }, [.. rows.Select(r => r.Amperes)]),
            (new() { Name = "voltage", Quantity = "voltage", Unit = "V" }, [.. rows.Select(r => r.Volts)]),
            (new() { Name = "cpu", Quantity = "utilization", Unit = "1" }, [.. rows.Select(r => r.Load)]),
        ];
        var read = channels.Where(c => c.Values.Any(double.IsFinite)).ToArray();
        return new("adb", Conversation.Controller, domain => new() { Kind = SensorKind.Instantaneous, Gauge = read.Length == channels.Length, ClockDomain = domain, Channels = [.. read.Select(c => c.Channel)] },
            [.. rows.Select(r => r.At)], [.. read.Select(c => GridFinder.FromDoubles(c.Channel.Name, c.Values))]);
    }
}
