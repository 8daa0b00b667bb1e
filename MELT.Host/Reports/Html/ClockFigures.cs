using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>How the meters' clocks and ways are known: residuals of each fit, steps found, delays; and what was rejected.</summary>
internal static class ClockFigures
{
    public static Fragment Of(SessionResults session, SessionPlots? plots, int number) => Fragment.Of($"""
        {Clocks(session, plots, number)}
        {Delays(session)}
        {Rejections(session)}
        """);

    private static Fragment Clocks(SessionResults session, SessionPlots? plots, int number) => Fragment.When(session.Meters.Any(m => m.Clock.Fit is not null), $"""
        <h3>Clocks</h3>
        {session.Meters.Where(m => m.Clock.Fit is not null).Select(m => Clock(m, plots, number))}
        """);

    private static Fragment Clock(MeterResults meter, SessionPlots? plots, int number)
    {
        var drawn = plots?.Clocks.Select((clock, i) => (clock.Meter, Index: i)).FirstOrDefault(clock => clock.Meter == meter.Meter);
        return Fragment.Of($"""
            <p><b>{meter.Meter}</b>: {ClockLines.Fit(meter.Clock.Fit!)}</p>
            {(drawn is { Meter: not null } figure ? Figure(meter.Meter, figure.Index, number) : Fragment.Empty)}
            """);
    }

    private static Fragment Figure(string meter, int index, int number) => Fragment.Of($"""
        <figure class="plot" data-clock="plots-{number}" data-index="{index}"><div class="panels" role="img" aria-label="Residuals of the clock of {meter} over the time of the session"></div><figcaption>Residuals of the clock samples of {meter}, in microseconds; whiskers are half the round trip, the band is two standard uncertainties of the fitted line, dashes are where the clock was set</figcaption></figure>
        """);

    private static Fragment Delays(SessionResults session) => Fragment.When(session.Meters.Any(m => ClockLines.Delays(m.Delays).Length > 0), $"""
        <h3>Delays</h3>
        <ul>{session.Meters.Where(m => ClockLines.Delays(m.Delays).Length > 0).Select(m => Fragment.Of($"<li><b>{m.Meter}</b>: {ClockLines.Delays(m.Delays)}</li>"))}</ul>
        """);

    private static Fragment Rejections(SessionResults session) => Fragment.When(!session.Rejections.IsEmpty, $"""
        <h3>Rejected</h3>
        <div class="scroll"><table>
        <caption>Messages that were kept and not understood</caption>
        <thead><tr><th scope="col">Sender</th><th scope="col">Reason</th><th scope="col" class="number">Count</th><th scope="col">The last</th></tr></thead>
        <tbody>{session.Rejections.Select(r => Fragment.Of($"<tr><th scope=\"row\">{r.Source}</th><td><span class=\"code\">{r.Code}</span></td><td class=\"number bad\">{Format.Count(r.Count)}</td><td>{r.Last}</td></tr>"))}</tbody>
        </table></div>
        """);
}
