namespace MELT.Host.Exports.Perfetto;

/// <summary>Writes packets of a trace one after another; none is kept. Timestamps are Unix nanoseconds of the session clock.</summary>
public sealed class TraceWriter(Stream to)
{
    private readonly ProtoBuffer _packet = new(), _frame = new();
    private readonly HashSet<ulong> _sequences = [];
    private ulong _tracks;

    public long Tracks => (long)_tracks;
    public long Slices { get; private set; }
    public long Instants { get; private set; }
    public long CounterValues { get; private set; }

    /// <summary>
    /// The trace clock is told to be the one that viewers call boot time, and to read as Unix time does: stamps need no conversion,
    /// so they stay exact, and viewers still know the date. It is told at 0, since viewers relate no moment before the first that is told.
    /// </summary>
    public void Clock(ulong sequence)
    {
        Open(sequence, 0);
        _packet.Begin(Fields.TracePacket.ClockSnapshot);
        foreach (var clock in (ReadOnlySpan<ulong>)[Fields.ClockSnapshot.Realtime, Fields.ClockSnapshot.Boottime])
        {
            _packet.Begin(Fields.ClockSnapshot.Clocks);
            _packet.Number(Fields.ClockSnapshot.ClockId, clock);
            _packet.Signed(Fields.ClockSnapshot.Timestamp, 0);
            _packet.End();
        }
        _packet.Number(Fields.ClockSnapshot.PrimaryTraceClock, Fields.ClockSnapshot.Boottime);
        _packet.End();
        Close();
    }

    /// <summary>A group of tracks that viewers show as a process.</summary>
    public ulong Process(ulong sequence, int pid, string name, IEnumerable<string> labels) => Track(sequence, () =>
    {
        _packet.Begin(Fields.TrackDescriptor.Process);
        _packet.Signed(Fields.ProcessDescriptor.Pid, pid);
        _packet.Text(Fields.ProcessDescriptor.ProcessName, name);
        foreach (var label in labels) _packet.Text(Fields.ProcessDescriptor.ProcessLabels, label);
        _packet.End();
    });

    /// <summary>A group of tracks in a process that keeps their ranks: of the tracks of a process itself viewers keep none.</summary>
    public ulong Group(ulong sequence, ulong process, string name) => Track(sequence, () =>
    {
        Named(process, name, 0);
        _packet.Number(Fields.TrackDescriptor.ChildOrdering, Fields.TrackDescriptor.Explicit);
    });

    /// <summary>A track of slices and instants, shown at its rank among those of its parent.</summary>
    public ulong Slicing(ulong sequence, ulong parent, string name, int rank) => Track(sequence, () => Named(parent, name, rank));

    /// <summary>A track of values with a unit.</summary>
    public ulong Counting(ulong sequence, ulong parent, string name, int rank, string? unit, string description) => Track(sequence, () =>
    {
        Named(parent, name, rank);
        _packet.Text(Fields.TrackDescriptor.Description, description);
        _packet.Begin(Fields.TrackDescriptor.Counter);
        if (unit == "B") _packet.Number(Fields.CounterDescriptor.Unit, Fields.CounterDescriptor.SizeBytes);
        else _packet.Text(Fields.CounterDescriptor.UnitName, unit ?? "unknown");
        _packet.End();
    });

    public void Begin(ulong sequence, ulong track, long at, string category, string name, IEnumerable<Annotation> annotations)
    {
        Event(sequence, track, at, Fields.TrackEvent.SliceBegin, category, name, annotations);
        Slices++;
    }

    public void End(ulong sequence, ulong track, long at)
    {
        Open(sequence, at);
        Event(track, Fields.TrackEvent.SliceEnd);
        _packet.End();
        Close();
    }

    public void Instant(ulong sequence, ulong track, long at, string category, string name, IEnumerable<Annotation> annotations)
    {
        Event(sequence, track, at, Fields.TrackEvent.Instant, category, name, annotations);
        Instants++;
    }

    public void Count(ulong sequence, ulong track, long at, double value)
    {
        Open(sequence, at);
        Event(track, Fields.TrackEvent.Counter);
        _packet.Double(Fields.TrackEvent.DoubleCounterValue, value);
        _packet.End();
        Close();
        CounterValues++;
    }

    private ulong Track(ulong sequence, Action describe)
    {
        Open(sequence, null);
        _packet.Begin(Fields.TracePacket.TrackDescriptor);
        _packet.Number(Fields.TrackDescriptor.Uuid, ++_tracks);
        describe();
        _packet.End();
        Close();
        return _tracks;
    }

    private void Named(ulong parent, string name, int rank)
    {
        _packet.Number(Fields.TrackDescriptor.ParentUuid, parent);
        _packet.Text(Fields.TrackDescriptor.Name, name);
        _packet.Signed(Fields.TrackDescriptor.SiblingOrderRank, rank);
    }

    private void Event(ulong sequence, ulong track, long at, ulong type, string category, string name, IEnumerable<Annotation> annotations)
    {
        Open(sequence, at);
        Event(track, type);
        _packet.Text(Fields.TrackEvent.Categories, category);
        _packet.Text(Fields.TrackEvent.Name, name);
        foreach (var annotation in annotations) annotation.Write(_packet, Fields.TrackEvent.DebugAnnotations);
        _packet.End();
        Close();
    }

    private void Event(ulong track, ulong type)
    {
        _packet.Begin(Fields.TracePacket.TrackEvent);
        _packet.Number(Fields.TrackEvent.Type, type);
        _packet.Number(Fields.TrackEvent.TrackUuid, track);
    }

    private void Open(ulong sequence, long? at)
    {
        _packet.Clear();
        if (at is { } moment) _packet.Signed(Fields.TracePacket.Timestamp, moment);
        _packet.Number(Fields.TracePacket.SequenceId, sequence);
        if (!_sequences.Add(sequence)) return;
        _packet.Number(Fields.TracePacket.SequenceFlags, Fields.TracePacket.IncrementalStateCleared);
        _packet.Number(Fields.TracePacket.FirstPacketOnSequence, 1);
    }

    private void Close()
    {
        _frame.Clear();
        _frame.Bytes(Fields.Trace.Packet, _packet.Written);
        to.Write(_frame.Written);
    }
}
