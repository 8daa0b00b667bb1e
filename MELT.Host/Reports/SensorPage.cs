using System.Globalization;
using System.Text;
using MELT.Sensors.Calibration;

namespace MELT.Host.Reports;

/// <summary>The page of a checked meter, to be read in a terminal or pinned to the wall: Markdown.</summary>
internal static class SensorPage
{
    public static string Of(SensorGrade grade)
    {
        var page = new StringBuilder();
        Line($"# {grade.Meter}: grade {grade.Grade}");
        Line($"");
        Line(grade.FinestSeconds is { } finest ? $"**Finest interval it can defend: {Seconds(finest)}**" : (FormattableString)$"**It defends no interval.**");
        Line($"");
        Line($"* {grade.Instrument ?? "instrument not stated"}{(grade.Simulated ? ", simulated" : "")}");
        Line($"* checked {grade.At:yyyy-MM-dd HH:mm} UTC in session {grade.Session}");
        Line($"* clock {grade.Clock}{(grade.ClockU is { } u ? $", known within {Seconds(u)} (2σ)" : "")}");
        Line($"* {grade.Readings} readings, {grade.Lost} lost, {grade.Duplicates} twice, {grade.Rejected} rejected");
        foreach (var sensor in grade.Sensors) Sensor(sensor);
        if (grade.Remarks.IsEmpty) return page.ToString();
        Line($"");
        Line($"## Remarks");
        foreach (var remark in grade.Remarks) Line($"* {remark}");
        return page.ToString();

        void Line(FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Sensor(SensorFindings found)
        {
            Line($"");
            Line($"## {found.Sensor} ({found.Boundary})");
            Line($"");
            Line($"| | found | stated |");
            Line($"|---|---|---|");
            Line($"| under load | {Watts(found.LoadWatts)} | |");
            Line($"| at rest | {Watts(found.RestWatts)} | |");
            Line($"| follows the load | {(found.Moves ? "yes" : "no")} | |");
            if (found.NoiseWatts is { } noise) Line($"| noise (sd of a reading) | {noise:G3} W | |");
            Line($"| new reading every | {Seconds(found.PeriodSeconds)}{(found.Repeats is { } repeats ? $", each repeated {repeats} times" : "")} | {Stated(found, "period")} |");
            Line($"| averaging window | {Moment(found.WindowSeconds)} | {Stated(found, "window")} |");
            Line($"| latency | {Moment(found.LatencySeconds)} | {Stated(found, "latency")} |");
            Line($"| accuracy | | {(found.AccuracyStated ? "stated" : "not stated")} |");
            foreach (var fault in found.Faults) Line($"* {fault}");
        }
    }

    private static string Stated(SensorFindings found, string what) =>
        found.Claims.FirstOrDefault(c => c.What == what) is { } claim ? $"{Seconds(claim.Stated)}: {(claim.Agrees ? "agrees" : "contradicts")}" : "";

    private static string Watts(Figure? figure) => figure is { } f ? string.Create(CultureInfo.InvariantCulture, $"{f.Value:G5} ± {f.U:G2} W") : "not told";

    private static string Moment(Figure? figure) => figure is { } f ? $"{Seconds(f.Value)} ± {Seconds(f.U)}" : "not told";

    private static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        0 => "0 s",
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:G3} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:G3} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:G3} µs"),
    };
}
