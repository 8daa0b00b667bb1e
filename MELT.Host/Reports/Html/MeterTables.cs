using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>The meters: what they sent, what was lost, how well their clocks are known.</summary>
internal static class MeterTables
{
    public static Fragment Of(SessionResults session) => Fragment.When(!session.Meters.IsEmpty, $"""
        <h3>Meters</h3>
        <div class="scroll"><table>
        <caption>Readings are counted here once they are committed; nothing of them is dropped silently</caption>
        <thead><tr><th scope="col">Meter</th><th scope="col">Channels</th><th scope="col" class="number">Stored</th><th scope="col" class="number">Lost</th><th scope="col" class="number">Duplicates</th><th scope="col" class="number">Rejected</th><th scope="col" class="number">Missing</th><th scope="col">Clock</th></tr></thead>
        <tbody>{session.Meters.Select(Row)}</tbody>
        <tfoot><tr><th scope="row">all</th><td></td><td class="number">{Format.Count(session.Readings.Stored)}</td>{Bad(session.Readings.Lost)}{Bad(session.Readings.Duplicates)}{Bad(session.Readings.Rejected)}<td></td><td></td></tr></tfoot>
        </table></div>
        """);

    private static Fragment Row(MeterResults meter) => Fragment.Of($"""
        <tr><th scope="row">{meter.Meter}</th><td>{string.Join(", ", meter.Channels)}</td><td class="number">{Format.Count(meter.Readings.Stored)}</td>{Bad(meter.Readings.Lost)}{Bad(meter.Readings.Duplicates)}{Bad(meter.Readings.Rejected)}<td class="number">{(meter.Readings.MissingSeconds > 0 ? Format.Plain(meter.Readings.MissingSeconds, "s", 3) : "none")}</td><td>{Clock(meter.Clock)}</td></tr>

        """);

    private static Fragment Bad(long count) => Fragment.Of($"<td class=\"number{(count > 0 ? " bad" : "")}\">{Format.Count(count)}</td>");

    private static string Clock(MeterClock clock)
    {
        var offset = clock.OffsetU95Seconds is > 0 and var u ? $", offset ± {Format.Plain(u, "s", 2)}" : "";
        return clock.Quality + offset;
    }
}
