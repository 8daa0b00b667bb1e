using System.Globalization;
using MELT.Host.Reports;

namespace MELT.Host.Exports.Perfetto;

/// <summary>One session in a trace: its process with the tracks of its timeline, emissions, evaluations, events and channels.</summary>
public sealed class SessionTracks(TraceWriter trace, ExportedSession session, int number, Thinning? thinning)
{
    private const int FirstCounter = 10;

    // What is looked at first stands on top.
    private static readonly string[] TopDown = ["power", "energy", "voltage", "current", "throttled", "temperature", "frequency", "utilization", "memory"];

    // Every session is a sequence of packets of its own.
    private readonly ulong _sequence = (ulong)number + 1;

    /// <summary>Channels that no moment can be told for.</summary>
    public static IEnumerable<string> LeftOut(ExportedSession session) =>
        session.Channels.Where(c => !c.Placed).Select(c => $"{session.Id}: {c.Meter.Id}.{c.Name} is left out, since nothing relates its clock to the session's");

    public void Write(CancellationToken stop, Action<long> progress)
    {
        var flags = session.Results.Flags;
        var name = $"{SessionTitle.Of(session.Results)} · {session.Id}{(flags.IsEmpty ? "" : $" [{string.Join(", ", flags)}]")}";
        var group = trace.Group(_sequence, trace.Process(_sequence, number, name, flags), "session");
        Timeline(group);
        Emissions(group);
        Evaluations(group);
        Instants(group);
        var (rank, done) = (FirstCounter, 0L);
        foreach (var channel in session.Channels.Where(c => c.Placed).OrderBy(Rank)) Values(group, rank++, channel, stop, () => progress(++done));
    }

    private void Timeline(ulong group)
    {
        var track = trace.Slicing(_sequence, group, "timeline", 0);
        var open = new Stack<long>();
        foreach (var slice in new SessionSlices(session).All([.. OfExport()]))
        {
            while (open.TryPeek(out var end) && end <= slice.Begin) trace.End(_sequence, track, open.Pop());
            // What the partition cut short takes its parts with it.
            var close = open.TryPeek(out var outer) ? Math.Min(outer, slice.End) : slice.End;
            trace.Begin(_sequence, track, slice.Begin, slice.Category, slice.Name, slice.Annotations);
            open.Push(close);
        }
        while (open.TryPop(out var end)) trace.End(_sequence, track, end);
    }

    private IEnumerable<Annotation> OfExport()
    {
        if (thinning is not null) yield return new Annotation.Text("thinned", $"channels: {thinning.Words(last: false)}; counters and states: {thinning.Words(last: true)}");
        var left = LeftOut(session).ToList();
        if (left.Count > 0) yield return new Annotation.Texts("left_out", left);
    }

    private void Emissions(ulong group)
    {
        if (session.Timeline.Requests.All(r => r.Emissions.IsEmpty)) return;
        var track = trace.Slicing(_sequence, group, "emissions", 1);
        foreach (var request in session.Timeline.Requests)
            for (var i = 0; i < request.Emissions.Length; i++)
                trace.Instant(_sequence, track, session.Corrected(request.Emissions[i].At.Nanoseconds), "token", "emission", SessionSlices.OfEmission(request, i));
    }

    private void Evaluations(ulong group)
    {
        var evaluations = session.Timeline.Requests.SelectMany(r => r.Emissions.Select(e => (Request: r.Index, e.EvaluationBegun, e.EvaluationEnded)))
            .Where(e => e is { EvaluationBegun: not null, EvaluationEnded: not null } && e.EvaluationEnded > e.EvaluationBegun).ToList();
        if (evaluations.Count == 0) return;
        var track = trace.Slicing(_sequence, group, "evaluations", 2);
        foreach (var (request, begun, ended) in evaluations)
        {
            trace.Begin(_sequence, track, session.Corrected(begun!.Value.Nanoseconds), "evaluation", "evaluation", [new Annotation.Count("request", request)]);
            trace.End(_sequence, track, session.Corrected(ended!.Value.Nanoseconds));
        }
    }

    private void Instants(ulong group)
    {
        var instants = SessionInstant.Of(session).ToList();
        if (instants.Count == 0) return;
        var track = trace.Slicing(_sequence, group, "events", 3);
        foreach (var instant in instants)
            trace.Instant(_sequence, track, instant.At, instant.Kind, instant.Text, [new Annotation.Text("kind", instant.Kind), new Annotation.Text("source", instant.Source), .. Annotation.Of("request", (long?)instant.Request)]);
    }

    private void Values(ulong group, int rank, ReadChannel channel, CancellationToken stop, Action one)
    {
        var how = thinning?.Words(channel.HoldsLast);
        var track = trace.Counting(_sequence, group, $"{channel.Meter.Id.Name}.{channel.Name}{(how is null ? "" : $" ({how})")}", rank, channel.About?.Unit, Description(channel, how));
        var readings = channel.Readings();
        foreach (var reading in thinning is null ? readings : thinning.Of(readings, channel.HoldsLast))
        {
            stop.ThrowIfCancellationRequested();
            if (double.IsFinite(reading.Value)) trace.Count(_sequence, track, reading.At, reading.Value);
            one();
        }
    }

    private static int Rank(ReadChannel channel) => Array.IndexOf(TopDown, channel.About?.Quantity) is >= 0 and var place ? place : TopDown.Length;

    private string Description(ReadChannel channel, string? how)
    {
        var (meter, about) = (channel.Meter.Description, channel.About);
        string?[] parts =
        [
            $"{channel.Meter.Id}.{channel.Name}", about?.Quantity, about?.Boundary is { } boundary ? $"boundary {boundary}" : null, meter?.Instrument, channel.Kind?.ToString().ToLowerInvariant(),
            meter?.PeriodSeconds is { } period ? string.Create(CultureInfo.InvariantCulture, $"period {period} s") : null,
            meter?.WindowSeconds is { } window ? string.Create(CultureInfo.InvariantCulture, $"window {window} s") : null,
            $"clock {channel.Clock.Quality.ToString().ToLowerInvariant()}", meter?.Simulated == true ? "simulated" : null, meter?.Estimated == true ? "estimated" : null,
            session.Header.Flags.Contains("imported") ? "imported" : null, how, channel.IsProduct ? "voltage times current, sample by sample" : how is null ? "values as recorded" : null,
        ];
        return string.Join("; ", parts.Where(part => part is not null));
    }
}
