using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports.Html;

/// <summary>One session on the page: what it says, what was seen, what it rests on.</summary>
internal static partial class SessionSection
{
    private static readonly string[] KeyFigures =
        ["ttft_seconds", "decode_tokens_per_second", "energy_joules", "energy_per_output_token_joules", "mean_power_watts", "peak_memory_bytes"];

    public static Fragment Of(SessionResults session, SessionPlots? plots, int number) => Fragment.Of($"""
        <section class="session" id="session-{number}" aria-labelledby="title-{number}">
        <h2 id="title-{number}">{SessionTitle.Of(session)}</h2>
        <p class="meta">session <code>{session.Session}</code> · {session.Status}{session.Flags.Select(flag => Fragment.Of($" · <span class=\"tag\">{flag}</span>"))}</p>
        {Cautioned(session)}
        {Said(session)}
        {Figures(session)}
        {Timeline(session, plots, number)}
        {Gaps(plots, number)}
        {Energy(session, plots)}
        {OperatorFigure.Of(session)}
        <h3>Metrics</h3>
        {MetricTables.Of(session)}
        {MetricTables.Requests(session)}
        {MeterTables.Of(session)}
        {ClockFigures.Of(session, plots, number)}
        {Warnings(session)}
        {Setup(session)}
        </section>

        """);

    private static Fragment Cautioned(SessionResults session) => Fragment.When(!Cautions.Of(session).IsEmpty, $"""
        <div class="caution" role="note" aria-label="Read this first">{Cautions.Of(session).Select(caution => Fragment.Of($"<p>{caution}</p>"))}</div>
        """);

    private static Fragment Said(SessionResults session)
    {
        var sentences = Sentences.Of(session).Select(Unbroken).ToArray();
        return Fragment.Of($"<p class=\"lead\">{sentences[0]}</p><p class=\"said\">{string.Join(" ", sentences[1..])}</p>");
    }

    /// <summary>Keeps a number, its uncertainty and its unit on one line.</summary>
    private static string Unbroken(string text) => NumberSpace().Replace(text, "\u00a0");

    [GeneratedRegex("(?<=[0-9±]) (?=[0-9±]|\\p{L})")]
    private static partial Regex NumberSpace();

    private static Fragment Figures(SessionResults session) => Fragment.When(KeyFigures.Any(key => Known(session, key) is not null),
        $"<ul class=\"figures\" aria-label=\"Key figures\">{KeyFigures.Select(key => Figure(session, key))}</ul>");

    private static Quantity? Known(SessionResults session, string key) => session.Metrics.GetValueOrDefault(key) is Quantity { Value: not null } quantity ? quantity : null;

    private static Fragment Figure(SessionResults session, string key)
    {
        if (Known(session, key) is not { Value: { } value } quantity) return Fragment.Empty;
        var parts = Format.Spoken(value, quantity.U95, MetricWord.Of(key).Unit).Split(' ');
        var u = parts is [_, "±", var uncertainty, ..] ? $"± {uncertainty}" : "U unknown";
        return Fragment.Of($"<li><span class=\"name\">{MetricWord.Of(key).Label}</span><span class=\"value\">{parts[0]} <small>{parts[^1]}</small></span><span class=\"u\">{u} · {quantity.Method}</span></li>");
    }

    private static Fragment Timeline(SessionResults session, SessionPlots? plots, int number)
    {
        if (plots is null || plots.Series.IsEmpty) return Fragment.Empty;
        var names = plots.Phases.Select(phase => phase.Name).Where(name => name != "ready").Distinct().ToArray();
        return Fragment.Of($"""
            <h3>What the sensors saw</h3>
            <figure class="plot" data-timeline="plots-{number}">
            <ul class="key" aria-label="Phases">{names.Take(PhaseRow.Most).Select(name => Fragment.Of($"<li><span class=\"swatch\" data-phase=\"{name}\"></span>{name}</li>"))}{Fragment.When(names.Length > PhaseRow.Most, $"<li>and {names.Length - PhaseRow.Most} more names</li>")}{Fragment.When(plots.Tokens.Any(request => request.Times.Length > 0), $"<li><span class=\"tick\"></span>token</li>")}</ul>
            <div class="panels" role="img" aria-label="Sensor readings over {Format.Plain(Length(session, plots), "s", 3)} with phases shaded and tokens marked"></div>
            <noscript>{Seen(plots)}</noscript>
            <figcaption>Time since the session began, in seconds. Lines are means, shaded bands the least and greatest sample where several share a point. Drag to zoom, double-click to go back.</figcaption>
            </figure>
            <script type="application/json" id="plots-{number}">{Fragment.Trusted(TimelineData.Of(plots))}</script>
            """);
    }

    private static double Length(SessionResults session, SessionPlots plots) =>
        session.Phases.IsEmpty ? plots.Series.Max(series => series.Samples.Times.LastOrDefault()) : session.Phases[^1].EndSeconds - session.Phases[0].BeginSeconds;

    private static Fragment Seen(SessionPlots plots) => Fragment.Of($"""
        <div class="scroll"><table><caption>Plots need a script; this is what they show</caption><thead><tr><th scope="col">Sensor</th><th scope="col">Quantity</th><th scope="col" class="number">Least</th><th scope="col" class="number">Greatest</th></tr></thead><tbody>{plots.Series.Where(series => series.Samples.Times.Length > 0).Select(series => Fragment.Of($"<tr><th scope=\"row\">{series.Name}</th><td>{series.Quantity}</td><td class=\"number\">{Format.Plain(series.Samples.Min.Min(), series.Unit ?? "")}</td><td class=\"number\">{Format.Plain(series.Samples.Max.Max(), series.Unit ?? "")}</td></tr>"))}</tbody></table></div>
        """);

    private static Fragment Gaps(SessionPlots? plots, int number)
    {
        if (plots is null || plots.Gaps.IsEmpty) return Fragment.Empty;
        return Fragment.Of($"""
            <h3>Gaps between tokens</h3>
            <div class="pair">
            <figure class="plot" data-gaps="plots-{number}"><div class="panels" role="img" aria-label="Every gap between tokens over the time of the session"></div><figcaption>Every gap, at the time it ended</figcaption></figure>
            <figure class="plot">{GapHistogram.Of(plots.Gaps)}<figcaption>How often each length occurred, {Format.Counted(plots.Gaps.Length, "gap")}</figcaption></figure>
            </div>
            """);
    }

    private static Fragment Energy(SessionResults session, SessionPlots? plots) => Fragment.When(!session.Energy.IsEmpty, $"""
        <h3>Energy by phase</h3>
        {EnergyRow.Boundaries(session).Select(boundary => EnergyFigure.Of(session, boundary == EnergyRow.Primary(session) ? plots : null, boundary))}
        {FittedWindows.Of(session).Select(fitted => Fragment.Of($"<p class=\"note\">{fitted}.</p>"))}
        <p class="note">The energy of a phase is what flowed during it, not what it alone caused. Boundaries are never added to one another.</p>
        """);

    private static Fragment Warnings(SessionResults session) => Fragment.When(!session.Warnings.IsEmpty, $"""
        <h3>Warnings</h3>
        <ul class="warnings">{session.Warnings.Select(warning => Fragment.Of($"<li><span class=\"code\">{warning.Code}</span> {warning.Text}</li>"))}</ul>
        """);

    private static Fragment Setup(SessionResults session) => Fragment.Of($"""
        <h3>How it was run</h3>
        <div class="setup">
        {FactList.Of("Engine", [new("name", session.Engine.Name), new("version", session.Engine.Version ?? "not reported"), .. session.Engine.Settings])}
        {(session.Model is { } model ? FactList.Of("Model", Model(model)) : Fragment.Empty)}
        {FactList.Of("Device", session.Device)}
        </div>
        """);

    private static IEnumerable<KeyValuePair<string, string>> Model(ModelResults model) =>
    [
        new("name", model.Name),
        .. model.Quantization is { } quantization ? [new("quantization", quantization)] : (KeyValuePair<string, string>[])[],
        .. model.Parameters is { } parameters ? [new("parameters", parameters.ToString("N0", CultureInfo.InvariantCulture))] : (KeyValuePair<string, string>[])[],
        .. model.Synthetic ? [new("weights", "random: the text means nothing")] : (KeyValuePair<string, string>[])[],
        .. model.Sha256 is { } hash ? [new("sha256", hash)] : (KeyValuePair<string, string>[])[],
    ];
}
