namespace MELT.Sensors.Discovery;

/// <summary>What bounds a discovery, whatever is published: beyond these things are counted and not kept.</summary>
public static class DiscoveryLimits
{
    public const int MostTopics = 512;
    public const int LongestTopic = 512;
    /// <summary>Formats that are followed side by side on one topic, while it is not clear which it is, and afterwards.</summary>
    public const int MostFormats = 4;
    public const int MostSettledFormats = 2;
    /// <summary>Messages after which no further format joins.</summary>
    public const int RecognisedMessages = 8;
    /// <summary>Bytes of a message that is kept until then, so that a format which a later one shows can be asked about it.</summary>
    public const int LongestEarly = 4096;
    public const int MostFields = 64;
    public const int MostFieldsInAll = 8192;
    public const int MostDistinct = 64;
    public const int MostTexts = 3;
    public const int LongestText = 48;
    public const int MostSpread = 128;
    public const int MostRows = 64;
    public const int MostColumns = 24;
    public const int MostStates = 256;
    public const int MostAnnouncements = 512;
}
