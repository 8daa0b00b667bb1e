namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>A track as packets describe it.</summary>
internal sealed record ReadTrack(long Uuid, long? Parent, string? Name, string? Unit, string? Description, int? Pid, string? Process, bool Ranked, long? Rank);

/// <summary>A slice with the slices around it, outermost first.</summary>
internal sealed record ReadSlice(ReadTrack Track, string Name, string Category, long Begin, long End, IReadOnlyList<ReadSlice> Around, ProtoMessage Event);

/// <summary>A value of a counter, or an instant.</summary>
internal sealed record ReadPoint(ReadTrack Track, long At, string? Name, double? Value, ProtoMessage Event);

/// <summary>A trace read as the trace processor does: packets in the order of their times, those of one time in the order of the file.</summary>
internal sealed class ReadTrace
{
    private ReadTrace(IReadOnlyList<ProtoMessage> packets)
    {
        Packets = packets;
        Tracks = packets.Where(p => p.Has("track_descriptor")).Select(p => Track(p.Part("track_descriptor"))).ToDictionary(t => t.Uuid);
        var events = packets.Where(p => p.Has("track_event")).OrderBy(p => p.Number("timestamp")).ToList();
        var open = new Dictionary<long, Stack<(ReadSlice Slice, int Place)>>();
        foreach (var packet in events)
        {
            var (told, at) = (packet.Part("track_event"), packet.Number("timestamp"));
            var track = Tracks[told.Number("track_uuid")];
            var stack = open.TryGetValue(track.Uuid, out var known) ? known : open[track.Uuid] = [];
            switch (told.Text("type"))
            {
                case "TYPE_SLICE_BEGIN":
                    stack.Push((new(track, told.Text("name"), told.Text("categories"), at, long.MinValue, [.. stack.Reverse().Select(s => s.Slice)], told), Slices.Count));
                    Slices.Add(stack.Peek().Slice);
                    break;
                case "TYPE_SLICE_END":
                    var (slice, place) = stack.Pop();
                    Slices[place] = slice with { End = at };
                    break;
                case "TYPE_INSTANT": Instants.Add(new(track, at, told.Text("name"), null, told)); break;
                case "TYPE_COUNTER": Values.Add(new(track, at, null, told.One<double>("double_counter_value"), told)); break;
            }
        }
        open.Values.ShouldAllBe(stack => stack.Count == 0);
    }

    public IReadOnlyList<ProtoMessage> Packets { get; }
    public IReadOnlyDictionary<long, ReadTrack> Tracks { get; }
    public List<ReadSlice> Slices { get; } = [];
    public List<ReadPoint> Instants { get; } = [];
    public List<ReadPoint> Values { get; } = [];

    public static ReadTrace Of(ReadOnlySpan<byte> bytes) => new([.. ProtoMessage.Parse(TraceSchema.Best, "Trace", bytes).Parts("packet")]);

    /// <summary>The process whose name has this in it, and what lies in its tracks.</summary>
    public ReadProcess Process(string part)
    {
        var process = Tracks.Values.Single(t => t.Process?.Contains(part, StringComparison.Ordinal) == true);
        // Viewers keep no ranks of a process's own tracks.
        var group = Tracks.Values.Single(t => t.Parent == process.Uuid);
        group.Ranked.ShouldBeTrue();
        bool Own(ReadTrack track) => track.Parent == group.Uuid;
        return new(process, [.. Tracks.Values.Where(Own)], [.. Slices.Where(s => Own(s.Track))], [.. Instants.Where(i => Own(i.Track))], [.. Values.Where(v => Own(v.Track))]);
    }

    private static ReadTrack Track(ProtoMessage told) => new(told.Number("uuid"), told.Has("parent_uuid") ? told.Number("parent_uuid") : null, told.Has("name") ? told.Text("name") : null,
        told.Has("counter") && told.Part("counter").Has("unit_name") ? told.Part("counter").Text("unit_name") : null, told.Has("description") ? told.Text("description") : null,
        told.Has("process") ? (int)told.Part("process").Number("pid") : null, told.Has("process") ? told.Part("process").Text("process_name") : null,
        told.Has("child_ordering"), told.Has("sibling_order_rank") ? told.Number("sibling_order_rank") : null);
}

internal sealed record ReadProcess(ReadTrack Track, IReadOnlyList<ReadTrack> Tracks, IReadOnlyList<ReadSlice> Slices, IReadOnlyList<ReadPoint> Instants, IReadOnlyList<ReadPoint> Values)
{
    public ReadSlice Session => Slices.Single(s => s.Category == "session");
}

/// <summary>Ways through annotations: the names of groups, then that of the fact.</summary>
internal static class Annotations
{
    public static ProtoMessage? Annotation(this ProtoMessage told, params ReadOnlySpan<string> path)
    {
        var at = told.Parts("debug_annotations").FirstOrDefault(Named(path[0]));
        foreach (var name in path[1..]) at = at?.Parts("dict_entries").FirstOrDefault(Named(name));
        return at;
    }

    public static double? Real(this ProtoMessage told, params ReadOnlySpan<string> path) => told.Annotation(path) is { } at ? at.One<double>("double_value") : null;
    public static long? Count(this ProtoMessage told, params ReadOnlySpan<string> path) => told.Annotation(path) is { } at ? at.Number("int_value") : null;
    public static string? Words(this ProtoMessage told, params ReadOnlySpan<string> path) => told.Annotation(path) is { } at ? at.Text("string_value") : null;

    private static Func<ProtoMessage, bool> Named(string name) => annotation => annotation.Text("name") == name;
}
