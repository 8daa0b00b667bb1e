namespace MELT.Sensors.Decoding.Payloads;

/// <summary><c>spBv1.0/GROUP/TYPE/NODE[/DEVICE]</c>.</summary>
public sealed record SparkplugTopic(string Group, string Type, string Node, string? Device)
{
    private const int LongestTopic = 512;

    /// <summary>Null when it is no topic of Sparkplug B that tells something of a node.</summary>
    public static SparkplugTopic? Parse(string topic)
    {
        if (topic.Length > LongestTopic || !topic.StartsWith("spBv1.0/", StringComparison.Ordinal)) return null;
        return topic.Split('/') switch
        {
            [_, { Length: > 0 } group, ("NBIRTH" or "NDATA" or "NDEATH") and var type, { Length: > 0 } node] => new(group, type, node, null),
            [_, { Length: > 0 } group, ("DBIRTH" or "DDATA" or "DDEATH") and var type, { Length: > 0 } node, { Length: > 0 } device] => new(group, type, node, device),
            _ => null,
        };
    }

    public bool IsBirth => Type.EndsWith("BIRTH", StringComparison.Ordinal);
    public bool IsDeath => Type.EndsWith("DEATH", StringComparison.Ordinal);

    /// <summary>Where a rebirth is asked for.</summary>
    public string Command => $"spBv1.0/{Group}/NCMD/{Node}";
}
