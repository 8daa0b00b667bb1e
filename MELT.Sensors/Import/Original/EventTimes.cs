using System.Collections.Immutable;
using System.Globalization;

namespace MELT.Sensors.Import.Original;

/// <summary>
/// Begin and end of named events, nanoseconds: <c>event,ns</c> of the apps or <c>event ns</c> of the command line, in no order. An event whose begin or
/// end is missing is an orphan and stays out; of a name that is there twice the last one counts, as in the map it was written from.
/// </summary>
internal sealed class EventTimes
{
    private const string Begin = ".start", End = ".end";
    private readonly Dictionary<string, (long Begin, long End)> _events;

    private EventTimes(Dictionary<string, (long Begin, long End)> events, ImmutableArray<string> order) => (_events, InFile) = (events, order);

    public static EventTimes None { get; } = new([], []);

    /// <summary>Names of whole events in the order in which the file first names them.</summary>
    public ImmutableArray<string> InFile { get; }

    public (long Begin, long End)? this[string name] => _events.TryGetValue(name, out var found) ? found : null;

    /// <summary>Events <c>before.N.behind</c>, by N.</summary>
    public ImmutableArray<(int Number, long Begin, long End)> Numbered(string before, string behind = "")
    {
        var found = new List<(int, long, long)>();
        foreach (var (name, (begin, end)) in _events)
            if (name.StartsWith(before + ".", StringComparison.Ordinal) && name.EndsWith(behind, StringComparison.Ordinal) && name.Length - before.Length - 1 - behind.Length is > 0 and var length
                && int.TryParse(name.AsSpan(before.Length + 1, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) found.Add((number, begin, end));
        return [.. found.OrderBy(e => e.Item1)];
    }

    /// <summary>Every event as the original integrates over it, in the order of the file.</summary>
    public IEnumerable<OriginalWindow> Windows(int conversation) =>
        InFile.Select(name => (Name: name, Times: _events[name])).Select(e => new OriginalWindow(conversation, e.Name, OriginalWindow.Session, e.Times.Begin / 1e9, e.Times.End / 1e9, e.Times.End - e.Times.Begin));

    public static EventTimes Read(ImportLog log, RecordFile file)
    {
        var moments = new Dictionary<string, (long At, Line Line)>(StringComparer.Ordinal);
        var (order, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var line in file.Lines())
        {
            var cut = line.Text.LastIndexOfAny([',', ' ']);
            var name = cut < 1 ? "" : line.Text[..cut];
            if (!(name.EndsWith(Begin, StringComparison.Ordinal) || name.EndsWith(End, StringComparison.Ordinal)) || !long.TryParse(line.Text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            {
                log.Reject(line.Is("an event that ends in .start or .end, and nanoseconds since 1970"));
                continue;
            }
            if (moments.TryGetValue(name, out var before)) log.Reject(before.Line.Wrong($"\"{name}\" is there again in line {line.Number}", "each event once; the last one counts"));
            moments[name] = (at, line);
            if (seen.Add(Stem(name))) order.Add(Stem(name));
        }
        var whole = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        foreach (var stem in order) Pair(log, moments, whole, stem);
        log.Took(file.Path, "events with begin and end", whole.Count);
        return new(whole, [.. order.Where(whole.ContainsKey)]);
    }

    private static void Pair(ImportLog log, Dictionary<string, (long At, Line Line)> moments, Dictionary<string, (long, long)> whole, string stem)
    {
        var (hasBegin, hasEnd) = (moments.TryGetValue(stem + Begin, out var begin), moments.TryGetValue(stem + End, out var end));
        if (!hasBegin) log.Reject(end.Line.Wrong($"\"{stem}\" ends without a begin", "an event with both"));
        else if (!hasEnd) log.Reject(begin.Line.Wrong($"\"{stem}\" begins and never ends", "an event with both"));
        else if (end.At < begin.At) log.Reject(end.Line.Wrong($"\"{stem}\" ends before it begins", "an end after the begin"));
        else whole[stem] = (begin.At, end.At);
    }

    private static string Stem(string name) => name.EndsWith(Begin, StringComparison.Ordinal) ? name[..^Begin.Length] : name[..^End.Length];
}
