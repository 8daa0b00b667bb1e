using System.Buffers;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Agent;

/// <summary>
/// Where an engine tells its events: one line and one write each, after the instant was taken. Writing is synchronous on purpose:
/// a second thread would compete with the evaluation at moments nobody records. A parent that does not read stalls the engine
/// when the pipe is full; it does not lose events.
/// </summary>
public sealed class EngineOutput(Stream output, HostClock clock)
{
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly Lock _gate = new();

    /// <summary>The clock to stamp with: the parent's, once it said hello.</summary>
    public HostClock Clock { get; internal set; } = clock;

    public Stamp Now => Clock.Now;

    public void Write(EngineEvent e)
    {
        lock (_gate)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line)) { JsonSerializer.Serialize(json, e, EngineJson.Default.EngineEvent); }
            _line.Write("\n"u8);
            output.Write(_line.WrittenSpan);
            output.Flush();
        }
    }

    /// <summary>How late a stamp can be after what it observes: the 99th percentile of the time between two readings of the clock.</summary>
    internal double MeasureLateness()
    {
        const int Times = 1_000;
        var late = new long[Times];
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < Times; i++)
            {
                var begun = Now;
                late[i] = Now - begun;
            }
        }
        Array.Sort(late);
        return late[Times * 99 / 100];
    }
}
