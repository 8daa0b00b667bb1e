using System.Collections.Immutable;
using MELT.Actors.Meters;
using MELT.Devices.Time;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>One thing that a foreign message asks of a meter.</summary>
internal abstract record ForeignEffect(MeterId Meter)
{
    public sealed record Describe(MeterId Meter, MeterDescription Description) : ForeignEffect(Meter);
    public sealed record Vouch(MeterId Meter, MeterCheck Check) : ForeignEffect(Meter);
    public sealed record Record(MeterId Meter, ReceivedBlock Block) : ForeignEffect(Meter);
    public sealed record Reject(MeterId Meter, Rejection Why) : ForeignEffect(Meter);
}

/// <summary>
/// Understands messages by the rules in force. Senders that describe themselves once and then speak in short (Sparkplug) are remembered; what a message asks
/// of its meters comes back in order, so that a description stands before the readings it explains.
/// </summary>
internal sealed class ForeignMessages(ForeignMeters meters)
{
    private readonly Dictionary<string, PayloadState?> _senders = new(StringComparer.Ordinal);
    private readonly HashSet<(string Rule, MeterId Meter)> _told = [];
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>A sender that has to describe itself again: its topic and why. Called at most once per message.</summary>
    public Action<string, PayloadNotice>? Noticed { get; init; }

    public async Task<ImmutableArray<ForeignEffect>> ReadAsync(ImmutableArray<RuleMatch> matches, string topic, ReadOnlyMemory<byte> payload, Stamp arrived, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            var effects = ImmutableArray.CreateBuilder<ForeignEffect>();
            var decoded = new Dictionary<string, PayloadResult>(StringComparer.Ordinal);
            foreach (var match in matches)
            {
                if (!decoded.TryGetValue(match.Rule.Format, out var result)) decoded[match.Rule.Format] = result = Decode(match.Rule.Format, topic, payload.Span, arrived);
                if (result is PayloadResult.Rejected r) effects.Add(new ForeignEffect.Reject(match.Meter, r.Reason));
                else await TakeAsync(match, (PayloadResult.Decoded)result, payload, arrived, effects, stop);
            }
            return effects.ToImmutable();
        }
        finally
        {
            _one.Release();
        }
    }

    private PayloadResult Decode(string name, string topic, ReadOnlySpan<byte> payload, Stamp arrived)
    {
        var format = PayloadFormats.Find(name)!;           // rules with other names are refused
        var key = format.StateKey(topic) is { } sender ? $"{name}:{sender}" : null;
        var result = format.Decode(new(topic, payload, arrived), key is null ? null : _senders.GetValueOrDefault(key));
        if (key is not null) _senders[key] = result.State;
        if (result.Notice is { Kind: PayloadNoticeKind.RebirthWanted } notice) Noticed?.Invoke(topic, notice);
        return result;
    }

    private async Task TakeAsync(RuleMatch match, PayloadResult.Decoded decoded, ReadOnlyMemory<byte> payload, Stamp arrived, ImmutableArray<ForeignEffect>.Builder effects, CancellationToken stop)
    {
        var reading = RuleReader.Read(match, decoded.Fields, arrived);
        if (reading.IsEmpty) { Absent(match, decoded, effects); return; }
        if (!reading.Blocks.IsEmpty)
        {
            var meter = await meters.OfAsync(match, stop);
            if (meter.IsNative || meter.Rule.Name != match.Rule.Name)
            {
                Once(match, $"{match.Meter} is a meter {(meter.IsNative ? "that publishes on MELT's own topics" : $"of the rule {meter.Rule.Name}")}; give the one of the rule {match.Rule.Name} another name", effects);
                return;
            }
            if (meter.IsFull(reading.Channels))
            {
                Once(match, $"{match.Meter} has {ForeignMeter.MostChannels} channels already; the rule {match.Rule.Name} takes no further one", effects);
                return;
            }
            _told.Remove((match.Rule.Name, match.Meter));
            var description = meter.Describe(reading.Channels);
            // Where channels of a topic's names contradict each other the readings stay, and the contradiction is told.
            if (description is not null && DescriptionRules.Problem(description) is { } problem) effects.Add(new ForeignEffect.Reject(match.Meter, new(Rejection.Invalid, problem)));
            else if (description is not null) effects.Add(new ForeignEffect.Describe(match.Meter, description));
            if (meter.Vouch(arrived) is { } check) effects.Add(new ForeignEffect.Vouch(match.Meter, check));
        }
        // What can be read can yet be more than a block holds; the journal would refuse it again and again.
        foreach (var block in reading.Blocks)
            effects.Add(BlockCodec.Objection(block) is { } objection
                ? new ForeignEffect.Reject(match.Meter, new(Rejection.TooLarge, objection))
                : new ForeignEffect.Record(match.Meter, new(block, Crc32C.Of(payload.Span), arrived, reading.Told)));
        foreach (var rejection in reading.Rejections) effects.Add(new ForeignEffect.Reject(match.Meter, rejection));
    }

    /// <summary>A message without the fields of its rule is nothing unusual (many senders tell only what changed); a rule that never finds any is told so.</summary>
    private void Absent(RuleMatch match, PayloadResult.Decoded decoded, ImmutableArray<ForeignEffect>.Builder effects)
    {
        if (decoded.Fields.IsEmpty) return;
        Once(match, $"the rule {match.Rule.Name} looks for {string.Join(", ", match.Rule.Channels.Select(c => c.Path))}, and in the message there is {string.Join(", ", decoded.Fields.Select(f => f.Path).Distinct().Take(8))}", effects);
    }

    /// <summary>What is wrong with a rule and not with a message is stored once, until the rule gives readings.</summary>
    private void Once(RuleMatch match, string text, ImmutableArray<ForeignEffect>.Builder effects)
    {
        if (_told.Add((match.Rule.Name, match.Meter))) effects.Add(new ForeignEffect.Reject(match.Meter, new(Rejection.Shape, text)));
    }
}
