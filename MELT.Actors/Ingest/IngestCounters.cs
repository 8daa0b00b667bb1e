using System.Diagnostics.Metrics;

namespace MELT.Actors.Ingest;

/// <summary>What ingest counts, as instruments of the base library: whoever listens to <see cref="MeterName"/> sees them, and nothing is counted for nobody.</summary>
public static class IngestCounters
{
    public const string MeterName = "MELT.Ingest";

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Counter<long> s_received = s_meter.CreateCounter<long>("melt.messages.received", null, "Messages taken from the broker on MELT's topics");
    private static readonly Counter<long> s_ignored = s_meter.CreateCounter<long>("melt.messages.ignored", null, "Messages on MELT's topics that are nobody's reading");
    private static readonly Counter<long> s_rejected = s_meter.CreateCounter<long>("melt.messages.rejected", null, "Messages that could not be read, kept with the reason");
    private static readonly Counter<long> s_duplicates = s_meter.CreateCounter<long>("melt.messages.duplicates", null, "Messages that had been stored before");
    private static readonly Counter<long> s_unknown = s_meter.CreateCounter<long>("melt.messages.unknown", null, "Messages of topics that no rule knows, kept within bounds");
    private static readonly Counter<long> s_notKept = s_meter.CreateCounter<long>("melt.messages.unknown.not_kept", null, "Messages of unknown topics that were too many or too large to keep");
    private static readonly UpDownCounter<long> s_outstanding = s_meter.CreateUpDownCounter<long>("melt.messages.outstanding", null, "Messages taken and not yet acknowledged to their senders");

    internal static void Received()
    {
        s_received.Add(1);
        s_outstanding.Add(1);
    }

    /// <summary>A message that several meters store is outstanding at each of them.</summary>
    internal static void Outstanding() => s_outstanding.Add(1);
    internal static void Acknowledged() => s_outstanding.Add(-1);
    internal static void Ignored() => s_ignored.Add(1);
    internal static void Unknown() => s_unknown.Add(1);
    internal static void NotKept() => s_notKept.Add(1);
    internal static void Rejected() => s_rejected.Add(1);
    internal static void Duplicates(long count) => s_duplicates.Add(count);
}
