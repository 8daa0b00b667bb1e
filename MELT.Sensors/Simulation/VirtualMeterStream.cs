using MELT.Devices;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Simulation;

/// <summary>One meter's side of a virtual session: its blocks as bytes over the network and back, as the meter's actor would keep them.</summary>
internal sealed class VirtualMeterStream(DeviceId device, SimulatedMeter meter, SimulatedNetwork network)
{
    private readonly MeterId _id = new(device, meter.Profile.Name);
    private readonly HashSet<long> _stored = [];
    private long _number = 1, _readings, _duplicates, _rejected;

    public List<(Stamp At, RecordingEntry Entry)> Entries(Stamp begin, Stamp end, long probeInterval)
    {
        var entries = new List<(Stamp At, RecordingEntry Entry)> { (begin, new RecordingEntry.Described(_id, _number, meter.Describe())) };
        for (var at = begin; at < end; at += probeInterval) Probe(entries, at);
        Probe(entries, end);

        var (arrivals, published) = Published(begin, end);
        foreach (var (at, sent, bytes) in arrivals.OrderBy(arrival => arrival.At)) Receive(entries, at, sent, bytes);
        var last = entries.Max(entry => entry.At);
        entries.Add((last, new RecordingEntry.Counted(_id, published - _readings, _duplicates, _rejected, null)));
        return entries;
    }

    private (List<(Stamp At, Stamp Sent, byte[] Bytes)> Arrivals, long Readings) Published(Stamp begin, Stamp end)
    {
        var arrivals = new List<(Stamp At, Stamp Sent, byte[] Bytes)>();
        var published = 0L;
        // A block is sent when its last reading is taken; asking for one block's time at a time keeps the order of the device's history.
        var span = (long)Math.Round(meter.Profile.PeriodSeconds * meter.Profile.BlockSamples * 1e9);
        for (var at = begin; at < end; at += span)
        {
            var until = at + span < end ? at + span : end;
            foreach (var block in meter.Sample(at, until))
            {
                published += block.Count;
                var bytes = BlockCodec.Encode(block);
                foreach (var arrival in network.Arrivals(until)) arrivals.Add((arrival, until, bytes));
            }
        }
        return (arrivals, published);
    }

    private void Receive(List<(Stamp At, RecordingEntry Entry)> entries, Stamp at, Stamp sent, byte[] bytes)
    {
        if (!BlockCodec.TryDecode(bytes, out var block, out _)) _rejected++;
        else if (!_stored.Add(block.Sequence!.Value.First)) _duplicates += block.Count;
        else
        {
            _readings += block.Count;
            entries.Add((at, new RecordingEntry.Block(_id, ++_number, block, [new(0, meter.Clock.Says(sent), null, at)])));
        }
    }

    private void Probe(List<(Stamp At, RecordingEntry Entry)> entries, Stamp at)
    {
        var exchanges = meter.Probe(at);
        if (exchanges.Count == 0) return;
        entries.Add((exchanges[^1].Received, new RecordingEntry.Clock(meter.ClockDomain, [.. exchanges])));
    }
}
