namespace MELT.Host.Exports.Perfetto;

/// <summary>Field numbers and values of the messages that are written, as perfetto's protos/perfetto/trace gives them.</summary>
internal static class Fields
{
    public static class Trace
    {
        public const int Packet = 1;
    }

    public static class TracePacket
    {
        public const int ClockSnapshot = 6, Timestamp = 8, SequenceId = 10, TrackEvent = 11, SequenceFlags = 13, TrackDescriptor = 60, FirstPacketOnSequence = 87;
        public const ulong IncrementalStateCleared = 1;
    }

    public static class ClockSnapshot
    {
        public const int Clocks = 1, PrimaryTraceClock = 2;
        public const int ClockId = 1, Timestamp = 2;
        public const ulong Realtime = 1, Boottime = 6;
    }

    public static class TrackDescriptor
    {
        public const int Uuid = 1, Name = 2, Process = 3, ParentUuid = 5, Counter = 8, ChildOrdering = 11, SiblingOrderRank = 12, Description = 14;
        public const ulong Explicit = 3;
    }

    public static class ProcessDescriptor
    {
        public const int Pid = 1, ProcessName = 6, ProcessLabels = 8;
    }

    public static class CounterDescriptor
    {
        public const int Unit = 3, UnitName = 6;
        public const ulong SizeBytes = 3;
    }

    public static class TrackEvent
    {
        public const int DebugAnnotations = 4, Type = 9, TrackUuid = 11, Categories = 22, Name = 23, DoubleCounterValue = 44;
        public const ulong SliceBegin = 1, SliceEnd = 2, Instant = 3, Counter = 4;
    }

    public static class DebugAnnotation
    {
        public const int Bool = 2, Int = 4, Double = 5, String = 6, Name = 10, DictEntries = 11, ArrayValues = 12;
    }
}
