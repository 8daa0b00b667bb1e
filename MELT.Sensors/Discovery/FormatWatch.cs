using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery;

/// <summary>One format that may be a topic's, followed over all its messages: what fitted, what did not, and what its fields told.</summary>
internal sealed class FormatWatch(IPayloadFormat format, PayloadEvidence evidence, FieldRoom room, PayloadStates states)
{
    private readonly Dictionary<string, FieldWatch> _fields = new(StringComparer.Ordinal);
    private readonly RowWatch _rows = new();
    private readonly Spread _offset = new();
    private PayloadEvidence _evidence = evidence;
    private long _fitted, _numberless, _rejected, _waiting, _beyond, _batches, _fromArrival;
    private string? _rejection;

    public IPayloadFormat Format => format;
    public PayloadFit Fit => _evidence.Fit;
    public long Rejected => _rejected;
    public long Fitted => _fitted;
    /// <summary>Of those that fitted, messages that told no value but texts: anything may be read as a text.</summary>
    public long Numberless => _numberless;

    /// <summary>A message that speaks for it more than an earlier one did.</summary>
    public void Strengthen(PayloadEvidence evidence)
    {
        if (evidence.Fit > _evidence.Fit) _evidence = evidence;
    }

    public void Take(PayloadMessage message, bool live)
    {
        var result = states.Decode(format, message);
        if (result is PayloadResult.Decoded decoded)
        {
            _fitted++;
            if (decoded.Fields.All(f => f.Value.Kind == PayloadKind.Text)) _numberless++;
            Read(decoded.Fields, message.Arrived, live);
        }
        else if (result.Notice?.Kind == PayloadNoticeKind.RebirthWanted) _waiting++;
        else
        {
            _rejected++;
            _rejection ??= ((PayloadResult.Rejected)result).Reason.Text;
        }
    }

    public void Forget() => room.Leave(_fields.Count);

    public FormatSummary Tell() => new(format.Name, _evidence.Fit, _evidence.Sentence)
    {
        Fitted = _fitted,
        Rejected = _rejected,
        Waiting = _waiting,
        FirstRejection = _rejection,
        Fields = [.. _fields.Values.Select(f => f.Tell())],
        FieldsBeyond = _beyond,
        Rows = _rows.Tell(),
        TellsTimes = _offset.Tell() is not null || _fromArrival > 0,
        TimesFromArrival = _fromArrival > 0,
        Offset = _offset.Tell(),
        Batches = _batches,
    };

    private void Read(ImmutableArray<PayloadField> fields, Stamp arrived, bool live)
    {
        Stamp? first = null;
        var several = false;
        foreach (var field in fields)
        {
            if (field.At is { } at)
            {
                several |= first is { } other && other != at;
                first = first is { } latest && latest > at ? latest : at;
            }
            if (field.AtFromArrival) _fromArrival++;
            Watch(field.Path)?.Add(field, field.At ?? arrived, live && !field.Historical);
        }
        if (several) _batches++;
        if (first is { } told && live && fields.All(f => !f.AtFromArrival)) _offset.Add((told - arrived) / 1e9);
        _rows.Add(fields);
    }

    private FieldWatch? Watch(string path)
    {
        if (_fields.TryGetValue(path, out var known)) return known;
        if (_fields.Count < DiscoveryLimits.MostFields && room.TryEnter()) return _fields[path] = new(path);
        _beyond++;
        return null;
    }
}

/// <summary>How many fields a discovery still keeps, over all its topics.</summary>
internal sealed class FieldRoom
{
    private int _taken;

    public bool TryEnter()
    {
        if (_taken >= DiscoveryLimits.MostFieldsInAll) return false;
        _taken++;
        return true;
    }

    public void Leave(int fields) => _taken -= fields;
}

/// <summary>What formats remember between messages; senders beyond the room begin anew with every message.</summary>
internal sealed class PayloadStates
{
    private readonly Dictionary<(string Format, string Key), PayloadState?> _states = [];

    public PayloadResult Decode(IPayloadFormat format, PayloadMessage message)
    {
        if (format.StateKey(message.Topic) is not { } key) return format.Decode(message, null);
        var result = format.Decode(message, _states.GetValueOrDefault((format.Name, key)));
        if (_states.Count < DiscoveryLimits.MostStates || _states.ContainsKey((format.Name, key))) _states[(format.Name, key)] = result.State;
        return result;
    }
}

/// <summary>How one format fared on a topic.</summary>
public sealed record FormatSummary(string Format, PayloadFit Fit, string Why)
{
    public long Fitted { get; init; }
    public long Rejected { get; init; }
    /// <summary>Messages that only a description still to come will explain.</summary>
    public long Waiting { get; init; }
    public string? FirstRejection { get; init; }
    public ImmutableArray<FieldSummary> Fields { get; init; } = [];
    public long FieldsBeyond { get; init; }
    public RowSummary Rows { get; init; } = RowSummary.None;
    public bool TellsTimes { get; init; }
    /// <summary>Times are told as seconds before now, so they are as good as the arrival.</summary>
    public bool TimesFromArrival { get; init; }
    /// <summary>The latest time a message tells − its arrival, in seconds.</summary>
    public SpreadSummary? Offset { get; init; }
    /// <summary>Messages with readings of several moments.</summary>
    public long Batches { get; init; }

    public FieldSummary? Find(string path) => Fields.FirstOrDefault(f => f.Path == path);
}
