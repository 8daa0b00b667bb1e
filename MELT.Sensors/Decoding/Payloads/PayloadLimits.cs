namespace MELT.Sensors.Decoding.Payloads;

/// <summary>What bounds a payload and what becomes of it, whoever sent it.</summary>
public static class PayloadLimits
{
    public const int LongestPayload = 1 << 20;
    public const int DeepestNesting = 16;
    public const int LongestPath = 256;
    public const int LongestText = 256;
    /// <summary>The fields of a payload may weigh this many times its bytes, and <see cref="FreeWeight"/> beside.</summary>
    public const int WeightPerByte = 8;
    public const int FreeWeight = 48 * 1024;
}
