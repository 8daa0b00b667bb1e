using System.Collections.Immutable;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What is known of one edge node since its birth: what its and its devices' aliases stand for, and the sequence number it sent last.</summary>
/// <param name="Births">By device; the node's own under the empty name.</param>
/// <param name="Sequence">Null: nothing was heard of it since it began or ended.</param>
/// <param name="BirthNumber">bdSeq, by which a death belongs to a birth.</param>
public sealed record SparkplugState(ImmutableDictionary<string, SparkplugBirth> Births, int? Sequence, ulong? BirthNumber) : PayloadState
{
    public static SparkplugState Unknown { get; } = new(ImmutableDictionary<string, SparkplugBirth>.Empty, null, null);
}

/// <summary>The metrics that a birth announced. Never changed once it is in a state.</summary>
public sealed class SparkplugBirth
{
    private readonly Dictionary<ulong, SparkplugMetric> _byAlias = [];
    private readonly Dictionary<string, SparkplugMetric> _byName = new(StringComparer.Ordinal);

    public SparkplugMetric? ByAlias(ulong alias) => _byAlias.GetValueOrDefault(alias);
    public SparkplugMetric? ByName(string name) => _byName.GetValueOrDefault(name);

    internal void Add(SparkplugMetric metric, ulong? alias)
    {
        _byName[metric.Name] = metric;
        if (alias is { } number) _byAlias[number] = metric;
    }
}

/// <summary>A metric as its birth described it; the unit is its property engUnit.</summary>
public sealed record SparkplugMetric(string Name, SparkplugType Type, string? Unit);

/// <summary>Sparkplug's data types that have a value we understand; numbers as in sparkplug_b.proto.</summary>
public enum SparkplugType { Unknown = 0, Int8 = 1, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float, Double, Boolean, String, DateTime, Text, Uuid }
