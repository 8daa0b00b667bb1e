using MELT.Actors.Sessions;
using MELT.Sensors.Alignment;
using MELT.Sensors.Instruments;

namespace MELT.Actors.Devices;

/// <summary>What a session's report says of an instrument that is not used.</summary>
internal static class RefusalNotice
{
    /// <summary>What a result lacks without a sensor of this quantity; null for others, of which the doctor tells.</summary>
    public static SessionNotice? Of(RefusedInstrument refused) => refused.Quantity switch
    {
        "power" or "energy" => new(RecordingEntry.Noticed.NoEnergySensor, refused.Reason),
        "temperature" => new(RecordingEntry.Noticed.NoTemperatureSensor, refused.Reason),
        _ => null,
    };
}
