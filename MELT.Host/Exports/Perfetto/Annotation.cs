using MELT.Sensors.Analysis;

namespace MELT.Host.Exports.Perfetto;

/// <summary>A fact beside a slice or an instant; the trace processor calls it <c>debug.NAME</c>, with dots between the names of groups.</summary>
public abstract record Annotation(string Name)
{
    public sealed record Text(string Name, string Value) : Annotation(Name);
    public sealed record Real(string Name, double Value) : Annotation(Name);
    public sealed record Count(string Name, long Value) : Annotation(Name);
    public sealed record Truth(string Name, bool Value) : Annotation(Name);
    public sealed record Group(string Name, IEnumerable<Annotation> Entries) : Annotation(Name);
    public sealed record Texts(string Name, IEnumerable<string> Values) : Annotation(Name);

    public static IEnumerable<Annotation> Of(string name, string? value) => value is null or "" ? [] : [new Text(name, value)];
    public static IEnumerable<Annotation> Of(string name, double? value) => value is { } number ? [new Real(name, number)] : [];
    public static IEnumerable<Annotation> Of(string name, long? value) => value is { } number ? [new Count(name, number)] : [];

    /// <summary>A result with its grounds, in the words of the results document.</summary>
    public static Annotation Of(string name, Metric metric) => new Group(name, metric switch
    {
        Quantity q => [.. Of("value", q.Value), .. Of("u95", q.U95), .. Of("k", q.K), .. Of("dof", q.Dof), new Count("n", q.N), new Text("method", q.Method), .. Of("boundary", q.Boundary), .. Sensors(q), .. Reason(q)],
        Distribution d => [.. Of("mean", d.Mean), .. Of("p50", d.P50?.Value), .. Of("p90", d.P90?.Value), .. Of("p99", d.P99?.Value), .. Of("min", d.Min), .. Of("max", d.Max), new Count("n", d.N), new Text("method", d.Method), .. Reason(d)],
        _ => throw new System.Diagnostics.UnreachableException(),
    });

    public void Write(ProtoBuffer to, int field)
    {
        to.Begin(field);
        to.Text(Fields.DebugAnnotation.Name, Name);
        switch (this)
        {
            case Text text: to.Text(Fields.DebugAnnotation.String, text.Value); break;
            case Real real: to.Double(Fields.DebugAnnotation.Double, real.Value); break;
            case Count count: to.Signed(Fields.DebugAnnotation.Int, count.Value); break;
            case Truth truth: to.Number(Fields.DebugAnnotation.Bool, truth.Value ? 1UL : 0UL); break;
            case Group group:
                foreach (var entry in group.Entries) entry.Write(to, Fields.DebugAnnotation.DictEntries);
                break;
            case Texts texts:
                foreach (var value in texts.Values)
                {
                    to.Begin(Fields.DebugAnnotation.ArrayValues);
                    to.Text(Fields.DebugAnnotation.String, value);
                    to.End();
                }
                break;
        }
        to.End();
    }

    private static IEnumerable<Annotation> Sensors(Quantity quantity) => quantity.Sensors.IsEmpty ? [] : [new Text("sensors", string.Join(", ", quantity.Sensors))];

    private static IEnumerable<Annotation> Reason(Metric metric) => metric.Reason is { } reason ? [new Text("reason", reason.Code), new Text("reason_text", reason.Text)] : [];
}
