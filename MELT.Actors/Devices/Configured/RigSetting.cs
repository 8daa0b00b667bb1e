using MELT.Actors.Sessions;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Actors.Devices.Configured;

/// <summary>What a rig of a configured device is set up with.</summary>
internal sealed record RigSetting(ConfiguredDevice Device, SessionHeader Header, SessionPlan Plan, IDeviceNotes Notes, BenchOptions Options, HostClock Clock, TimeProvider Time);
