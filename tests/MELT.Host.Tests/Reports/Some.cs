using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;

namespace MELT.Host.Tests.Reports;

/// <summary>A realistic experiment: this host without an energy sensor, and a simulated phone with everything.</summary>
internal static class Some
{
    public const string Host = "01jd3f7v-host", Phone = "01jd3f8k-phone";

    private static readonly Notice NoEnergySensor = new("no-sensor", "RAPL is readable by root only; run as root or give read access to /sys/class/powercap");
    private static readonly Notice NoReasoning = new("not-reported", "the engine does not tell reasoning from answers");
    private static readonly Notice NoHeatSensor = new("sensor-never-moved", "the only thermal zone has not moved since the machine was started");

    private static readonly ReportContext Told = new()
    {
        CommandLine = "melt quickstart",
        Environment = Facts(("operating_system", "Debian GNU/Linux 12"), ("kernel", "6.1.0-28-amd64"), ("processor", "AMD EPYC 7763, 2 cores"), ("memory", "7.8 GiB"), (".NET", "10.0.4"), ("clock_source", "tsc")),
        Plots = [SomePlots.Host(), SomePlots.Phone()],
    };

    public static ResultsDocument Document() => Unsealed().Sealed(Canonical);

    public static ResultsDocument Unsealed() => new()
    {
        Melt = "0.1.0",
        Analysis = "1",
        Experiment = "01jd3f7t",
        Name = "quickstart",
        PlanSha256 = "7d2c0f1bb8a94e07d25a5d4c4a8ab0e1a9b9f9d6c0f3a5b1d2e3f40516273849",
        Sessions = [HostSession(), PhoneSession()],
    };

    public static ResultsDocument With(SessionResults session) => (Unsealed() with { Sessions = [session] }).Sealed(Canonical);

    /// <summary>Stands in for the canonical writer: any fixed form will do here.</summary>
    public static byte[] Canonical(JsonElement json) => Encoding.UTF8.GetBytes(json.GetRawText());

    public static ReportContext Context() => Told;

    public static SessionResults HostSession() => new()
    {
        Session = Host,
        Status = "complete",
        Flags = ["synthetic"],
        Device = Facts(("id", "host"), ("kind", "host"), ("processor", "AMD EPYC 7763"), ("cores", "2"), ("memory", "7.8 GiB")),
        Engine = new("llama.cpp", "v0.5.0", Facts(("threads", "1"), ("context_tokens", "512"), ("batch_tokens", "512"), ("flash_attention", "auto"), ("mmap", "true"), ("kv_type", "f16"))),
        Model = new("synthetic:tiny", "3f1e5a0c9be2a7d84416f0f83b7a1cc25d90e7f6a1b2c3d4e5f60718293a4b5c", "q8_0", 2_214_912, true),
        Tokens = new(320, 320, 640),
        Phases = [new("baseline", null, 0, 2.01), new("load", null, 2.01, 2.04), .. SomePlots.RequestPhases(2.1, 0.043, 0.63, 5), new("cool-down", null, 5.7, 6.7)],
        Requests = [.. Enumerable.Range(0, 5).Select(i => Request(i, 0.0431, 203.4))],
        Metrics = Metrics(
            ("ttft_seconds", Measured(0.04312, 0.00081, 4) with { K = 3.18, Dof = 3, Sd = 0.00051, Min = 0.0425, Max = 0.0437, Budget = [new("stamps", 2.1e-6, "interval"), new("repeatability", 2.55e-4, "interval")] }),
            ("e2el_seconds", Measured(0.6721, 0.0061, 4) with { K = 3.18, Dof = 3, Sd = 0.0038, Min = 0.668, Max = 0.677 }),
            ("tpot_seconds", Measured(0.004916, 0.000048, 4) with { K = 3.18, Dof = 3 }),
            ("itl_seconds", new Distribution { Method = "measured", N = 508, Mean = 0.004916, Sd = 0.00061, Min = 0.0042, Max = 0.0113, P50 = new(0.00482, 0.00479, 0.00485), P90 = new(0.0052, 0.00515, 0.00527), P99 = new(0.00731, 0.0069, null), TokensPerEmission = 1 }),
            ("decode_tokens_per_second", Measured(203.42, 1.95, 4) with { K = 3.18, Dof = 3, Sd = 1.22, Min = 201.9, Max = 204.8 }),
            ("prefill_tokens_per_second", Measured(1534.2, 21.4, 4) with { K = 3.18, Dof = 3 }),
            ("engine_decode_tokens_per_second", Measured(211.7, null, 4) with { Reason = new("not-reported", "the engine states no resolution of its counters") }),
            ("engine_prefill_tokens_per_second", Measured(1541.0, null, 4) with { Reason = new("not-reported", "the engine states no resolution of its counters") }),
            ("load_seconds", Measured(0.02871, 0.000004, 1) with { Notes = Facts(("page_cache", "warm")) }),
            ("peak_memory_bytes", Measured(61_341_696, 4096, 1) with { Notes = Facts(("kind", "PSS"), ("polling_period", "20 ms")), Sensors = ["host/process pss"] }),
            ("phase_memory_bytes", Measured(60_100_000, 4096, 1)),
            ("ttft_answer_seconds", Silent("absent", NoReasoning)),
            ("max_temperature_celsius", Silent("refused", NoHeatSensor)),
            ("throttled_seconds", Silent("refused", NoHeatSensor))),
        Meters =
        [
            new("host/cpu", ["utilization"], new("host-5be0ffda", "shared", 0), new(672, 0, 0, 0, 0)),
            new("host/process", ["cpu_time", "pss", "rss"], new("host-5be0ffda", "shared", 0), new(336, 0, 0, 0, 0)),
            new("host/pressure", ["cpu_some"], new(null, "arrival", null), new(67, 0, 0, 0, 0)),
        ],
        Readings = new(1075, 0, 0, 0),
    };

    public static SessionResults PhoneSession()
    {
        var metrics = Metrics(
            ("ttft_seconds", Measured(0.4127, 0.0011, 4) with { K = 3.18, Dof = 3, Sd = 0.0006, Min = 0.4119, Max = 0.4135 }),
            ("e2el_seconds", Measured(4.561, 0.013, 4) with { K = 3.18, Dof = 3 }),
            ("tpot_seconds", Measured(0.03266, 0.00011, 4) with { K = 3.18, Dof = 3 }),
            ("itl_seconds", new Distribution { Method = "measured", N = 508, Mean = 0.03266, Sd = 0.0031, Min = 0.0263, Max = 0.0589, P50 = new(0.0322, 0.0319, 0.0325), P90 = new(0.0361, 0.0356, 0.037), P99 = new(0.0452, 0.0421, 0.0561), TokensPerEmission = 1 }),
            ("decode_tokens_per_second", Measured(30.62, 0.11, 4) with { K = 3.18, Dof = 3 }),
            ("prefill_tokens_per_second", Measured(155.1, 0.4, 4)),
            ("load_seconds", Measured(1.2034, 0.0004, 1)),
            ("energy_joules", Energy(49.871, 0.058, [new("gain", 0.0249, "meter"), new("offset", 0.0112, "meter"), new("edges", 0.0081, "session"), new("sampling", 0.0014, "interval"), new("resolution", 0.0002, "interval")])),
            ("net_energy_joules", Energy(40.93, 0.19, [new("baseline", 0.0871, "session"), new("gain", 0.0205, "meter")])),
            ("load_energy_joules", Energy(3.812, 0.0049, [new("gain", 0.0019, "meter")])),
            ("net_load_energy_joules", Energy(3.21, 0.013, [])),
            ("prefill_energy_joules", Energy(6.9142, 0.0112, [new("gain", 0.0035, "meter"), new("edges", 0.0041, "session")])),
            ("net_prefill_energy_joules", Energy(6.104, 0.019, [])),
            ("decode_energy_joules", Energy(42.957, 0.051, [new("gain", 0.0215, "meter"), new("edges", 0.0076, "session")])),
            ("net_decode_energy_joules", Energy(34.83, 0.17, [])),
            ("energy_per_output_token_joules", Energy(0.09740, 0.00012, [new("gain", 4.9e-5, "meter")])),
            ("prefill_energy_per_token_joules", Energy(0.02701, 0.00005, [])),
            ("decode_energy_per_token_joules", Energy(0.08456, 0.00010, [])),
            ("baseline_power_watts", Energy(0.4951, 0.0094, [])),
            ("ready_power_watts", Energy(0.561, 0.011, [])),
            ("mean_power_watts", Energy(2.7336, 0.0032, [])),
            ("peak_power_watts", Energy(4.871, 0.012, []) with { Notes = Facts(("window", "10 ms")) }),
            ("peak_memory_bytes", Measured(1_213_071_360, null, 1) with { Reason = new("meter-accuracy-unknown", "the memory sensor states no accuracy"), Notes = Facts(("kind", "simulated")) }),
            ("max_temperature_celsius", Measured(41.3, 0.6, 1)),
            ("throttled_seconds", Measured(0, 0.01, 1)),
            ("ttft_answer_seconds", Silent("absent", NoReasoning)),
            ("engine_decode_tokens_per_second", Silent("absent", new("not-reported", "the simulated engine keeps no counters"))),
            ("engine_prefill_tokens_per_second", Silent("absent", new("not-reported", "the simulated engine keeps no counters"))),
            ("phase_memory_bytes", Silent("refused", new("sensor-too-slow", "needs ≤ 140 ms, has 1 s"))));
        var phases = SomePlots.PhonePhases();
        return new()
        {
            Session = Phone,
            Status = "complete",
            Flags = ["simulated"],
            Device = Facts(("id", "phone-1"), ("kind", "simulated phone"), ("profile", "phone-monsoon"), ("seed", "7235")),
            Engine = new("simulated", "1", Facts(("prefill_tokens_per_second", "155"), ("decode_tokens_per_second", "30.6"))),
            Model = new("simulated-1b", null, "q4_0", 1_100_000_000, false),
            Tokens = new(320, 320, 640),
            Phases = [.. phases.Select(phase => new PhaseResults(phase.Name, phase.Request, phase.Begin, phase.End))],
            Requests = [.. Enumerable.Range(0, 5).Select(i => Request(i, 0.4127, 30.6))],
            Metrics = metrics,
            Energy = ImmutableSortedDictionary<string, BoundaryResults>.Empty
                .Add("battery-terminals", new()
                {
                    Primary = true,
                    Sensors = ["phone-1/monsoon p"],
                    Metrics = metrics.Where(metric => MetricWord.Of(metric.Key).Group == MetricWord.Energy).ToImmutableSortedDictionary(),
                    Phases = [.. phases.Select(phase => new PhaseEnergy(phase.Name, phase.Request, phase.TruthJoules is { } joules ? Energy(joules * 1.0009, joules * 0.0012 + 0.001, []) : Silent("refused", new("sensor-too-slow", "needs ≤ 0.2 ms, has 0.2 ms"))))],
                })
                .Add("wall-ac", new()
                {
                    Sensors = ["phone-1/plug p"],
                    Metrics = Metrics(("energy_joules", Energy(61.2, 1.9, []) with { Boundary = "wall-ac", Sensors = ["phone-1/plug p"], Method = "derived" }), ("decode_energy_joules", Energy(52.9, 1.8, []) with { Boundary = "wall-ac", Method = "derived" }),
                        ("prefill_energy_joules", Silent("refused", new("sensor-too-slow", "needs ≤ 138 ms, has 1 s")))).Where(metric => metric.Value.Reason is null || metric.Key == "prefill_energy_joules").ToImmutableSortedDictionary(),
                }),
            Truth = new("battery-terminals", ImmutableSortedDictionary<string, TruthValue>.Empty
                .Add("energy_joules", new(49.8551, 0.0159, 0.274)).Add("prefill_energy_joules", new(6.9203, -0.0061, -0.545))
                .Add("decode_energy_joules", new(42.9348, 0.0222, 0.435)).Add("load_energy_joules", new(3.8102, 0.0018, 0.367))),
            Meters =
            [
                new("phone-1/monsoon", ["v", "i", "p"], new("monsoon-1", "fitted", 0.00021), new(187_400, 0, 12, 0, 0)),
                new("phone-1/plug", ["p"], new(null, "arrival", null), new(37, 0, 0, 1, 0.9)),
                new("phone-1/soc", ["temperature"], new("phone-1", "fitted", 0.0013), new(375, 0, 0, 0, 0)),
            ],
            Readings = new(187_812, 0, 12, 1),
            Warnings = [new("clock-unlocked", "phone-1/plug has no clock of its own; its readings are stamped on arrival"), new("gap", "phone-1/plug sent nothing for 0.9 s at 21.4 s")],
        };
    }

    public static ImmutableSortedDictionary<string, string> Facts(params (string Key, string Value)[] facts) => facts.ToImmutableSortedDictionary(fact => fact.Key, fact => fact.Value);

    public static Quantity Measured(double value, double? u, int n) => new() { Method = "measured", Value = value, U95 = u, K = u is null ? null : 2, N = n };

    public static Quantity Silent(string method, Notice reason) => new() { Method = method, Reason = reason };

    /// <summary>The metrics named; every other key of docs/metrics.md is absent for want of an energy sensor.</summary>
    public static ImmutableSortedDictionary<string, Metric> Metrics(params (string Key, Metric Metric)[] metrics) =>
        MetricWord.All.ToImmutableSortedDictionary(word => word.Key, _ => (Metric)Silent("absent", NoEnergySensor)).SetItems(metrics.Select(metric => KeyValuePair.Create(metric.Key, metric.Metric)));

    public static SessionResults Having(this SessionResults session, string key, Metric metric) => session with { Metrics = session.Metrics.SetItem(key, metric) };

    private static Quantity Energy(double joules, double u, ImmutableArray<BudgetLine> budget) =>
        Measured(joules, u, 4) with { Boundary = "battery-terminals", Sensors = ["phone-1/monsoon p"], Budget = budget };

    private static RequestResults Request(int index, double first, double rate) => new()
    {
        Index = index,
        Warmup = index == 0,
        Stop = "length",
        ObservedAt = "engine",
        Tokens = new(64, 64, 128),
        Metrics = ImmutableSortedDictionary<string, Metric>.Empty
            .Add("ttft_seconds", Measured(first * (index == 0 ? 1.2 : 1), 2e-6, 1)).Add("decode_tokens_per_second", Measured(rate, 0.01, 1)).Add("e2el_seconds", Measured(first + 127 / rate, 3e-6, 1)),
    };
}
