using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery;

/// <summary>What was seen on one topic: when messages came, which formats fit all of them, what their fields told.</summary>
internal sealed class TopicWatch(string topic, string? only, FieldRoom room, PayloadStates states)
{
    private readonly Spread _periods = new();
    private List<FormatWatch> _formats = [];
    private List<(byte[] Payload, Stamp Arrived, bool Live)> _early = [];
    private long _messages, _retained, _bytes;
    private Stamp? _first, _last;
    private string _sample = "";

    public void Take(ReadOnlySpan<byte> payload, Stamp arrived, bool retained)
    {
        _messages++;
        _bytes += payload.Length;
        if (_messages == 1) _sample = Printable(payload);
        if (retained) _retained++;
        else
        {
            if (_last is { } before && arrived > before) _periods.Add((arrived - before) / 1e9);
            _first ??= arrived;
            _last = arrived;
        }
        if (payload.IsEmpty) return;                     // a retained message taken back
        if (_messages <= DiscoveryLimits.RecognisedMessages) Recognise(payload, arrived);
        foreach (var format in _formats) format.Take(new(topic, payload, arrived), !retained);
        if (_messages >= DiscoveryLimits.RecognisedMessages) Settle();
        else if (payload.Length <= DiscoveryLimits.LongestEarly) _early.Add((payload.ToArray(), arrived, !retained));
    }

    public TopicSummary Tell() => new(topic)
    {
        Messages = _messages,
        Retained = _retained,
        Bytes = _bytes,
        Period = _periods.Tell(),
        Seconds = _first is { } first ? (_last!.Value - first) / 1e9 : 0,
        Formats = [.. Ranked().Select(f => f.Tell())],
        Sample = _sample,
        LastArrived = _last,
    };

    private void Recognise(ReadOnlySpan<byte> payload, Stamp arrived)
    {
        if (only is not null)
        {
            if (_formats.Count == 0 && PayloadFormats.Find(only) is { } known) Join(known, new(PayloadFit.TopicAndShape, "the operator says so"));
            return;
        }
        foreach (var proposal in PayloadFormats.Recognise(topic, payload, arrived))
        {
            if (_formats.Find(f => f.Format == proposal.Format) is { } watched) watched.Strengthen(proposal.Evidence);
            else if (_formats.Count < DiscoveryLimits.MostFormats) Join(proposal.Format, proposal.Evidence);
        }
    }

    /// <summary>A format that a later message shows is asked about the earlier ones, too.</summary>
    private void Join(IPayloadFormat format, PayloadEvidence evidence)
    {
        var joined = new FormatWatch(format, evidence, room, states);
        foreach (var (payload, arrived, live) in _early) joined.Take(new(topic, payload, arrived), live);
        _formats.Add(joined);
    }

    private void Settle()
    {
        _early = [];
        if (_formats.Count <= DiscoveryLimits.MostSettledFormats) return;
        var ranked = Ranked().ToArray();
        foreach (var lost in ranked.Skip(DiscoveryLimits.MostSettledFormats)) lost.Forget();
        _formats = [.. ranked.Take(DiscoveryLimits.MostSettledFormats)];
    }

    /// <summary>One that failed on any message stands behind those that did not, and so does one that found only words in it.</summary>
    private IEnumerable<FormatWatch> Ranked() => _formats.OrderBy(f => f.Rejected > 0).ThenBy(f => f.Rejected > 0 ? f.Rejected - f.Fitted : 0).ThenBy(f => f.Numberless).ThenByDescending(f => f.Fit);

    private static string Printable(ReadOnlySpan<byte> payload) =>
        string.Concat(System.Text.Encoding.UTF8.GetString(payload[..Math.Min(payload.Length, DiscoveryLimits.LongestText)]).Select(c => char.IsControl(c) || c == '\uFFFD' ? '.' : c));
}

/// <summary>What was seen on one topic.</summary>
public sealed record TopicSummary(string Topic)
{
    public long Messages { get; init; }
    /// <summary>Of these, kept by the broker from earlier: they tell no rate.</summary>
    public long Retained { get; init; }
    public long Bytes { get; init; }
    /// <summary>Seconds between live messages.</summary>
    public SpreadSummary? Period { get; init; }
    /// <summary>From the first live message to the last.</summary>
    public double Seconds { get; init; }
    /// <summary>Best first; empty when none fits.</summary>
    public ImmutableArray<FormatSummary> Formats { get; init; } = [];
    /// <summary>How the first payload began.</summary>
    public string Sample { get; init; } = "";

    /// <summary>Null: nothing came live.</summary>
    public Stamp? LastArrived { get; init; }

    public FormatSummary? Best => Formats.IsEmpty ? null : Formats[0];
}
