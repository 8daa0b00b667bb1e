using System.Collections.Immutable;
using MELT.Devices.Time;
using MELT.Sensors.Decoding.Payloads;

namespace MELT.Sensors.Discovery;

/// <summary>What one field of a topic's payloads told over all messages.</summary>
internal sealed class FieldWatch(string path)
{
    private readonly List<string> _texts = [];
    private NumberWatch? _numbers;
    private long _count, _words, _switches;
    private string? _unit, _otherUnit;
    private string _last = "";

    public string Path => path;

    public void Add(in PayloadField field, Stamp at, bool live)
    {
        _count++;
        _last = Shortened(field.Value.ToString());
        if (field.Unit is { } unit)
        {
            _unit ??= unit;
            if (unit != _unit) _otherUnit = unit;
        }
        switch (field.Value.Kind)
        {
            case PayloadKind.Number: (_numbers ??= new()).Add(field.Value.Number, at, live); break;
            case PayloadKind.Boolean: _switches++; break;
            default:
                _words++;
                if (_texts.Count < DiscoveryLimits.MostTexts && !_texts.Contains(_last)) _texts.Add(_last);
                break;
        }
    }

    public FieldSummary Tell() => new(path)
    {
        Count = _count,
        Words = _words,
        Switches = _switches,
        Unit = _unit,
        OtherUnit = _otherUnit,
        Numbers = _numbers?.Tell(),
        Texts = [.. _texts],
        Last = _last,
    };

    private static string Shortened(string text) => string.Concat((text.Length <= DiscoveryLimits.LongestText ? text : text[..DiscoveryLimits.LongestText] + "…").Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}

/// <summary>What one field told: how often, as what, and of numbers what they did.</summary>
public sealed record FieldSummary(string Path)
{
    public long Count { get; init; }
    public long Words { get; init; }
    public long Switches { get; init; }
    /// <summary>As the payload or its format states it.</summary>
    public string? Unit { get; init; }
    /// <summary>Another one that a later message stated.</summary>
    public string? OtherUnit { get; init; }
    public NumberSummary? Numbers { get; init; }
    /// <summary>The first few different ones.</summary>
    public ImmutableArray<string> Texts { get; init; } = [];
    public string Last { get; init; } = "";

    /// <summary>The last of its names that is no number: <c>Power</c> of <c>ENERGY.Power.0</c>.</summary>
    public string LastName => KnownKeys.LastName(Path).ToString();
}
