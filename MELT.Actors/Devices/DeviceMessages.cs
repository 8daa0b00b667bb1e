using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Time;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Actors.Devices;

/// <summary>What a device's actor is asked.</summary>
public abstract record DeviceCommand
{
    /// <summary>Say what the device is; saying the same again changes nothing. Answer: <see cref="DeviceAnswer.Accepted"/>.</summary>
    public sealed record Register(ImmutableSortedDictionary<string, string> Facts, Stamp At) : DeviceCommand;
    /// <summary>One session at a time: answer <see cref="DeviceAnswer.Leased"/> with the epoch, <see cref="DeviceAnswer.Busy"/>, or <see cref="DeviceAnswer.Unreachable"/>.</summary>
    public sealed record Lease(SessionId Session, Stamp At) : DeviceCommand;
    public sealed record Release(SessionId Session, Stamp At) : DeviceCommand;
    /// <summary>A meter of this device was heard of. Answer: Accepted.</summary>
    public sealed record NoteMeter(MeterId Meter) : DeviceCommand;
    /// <summary>Clock samples of a domain of this device; the same again changes nothing. Answer: Accepted.</summary>
    public sealed record NoteClock(string Domain, ImmutableArray<ClockExchange> Exchanges) : DeviceCommand;
    /// <summary>A mark published for this device. Answer: Accepted.</summary>
    public sealed record NoteMark(string Name, Stamp At) : DeviceCommand;
    /// <summary>A message on this device's topics that no meter can be blamed for. Answer: Accepted.</summary>
    public sealed record NoteRejection(string Topic, string Code, string Text, byte[] Payload, Stamp At) : DeviceCommand;
    /// <summary>The device is plugged in at this link; the newest word counts. Answer: Accepted.</summary>
    public sealed record Attach(string Link, Stamp At) : DeviceCommand;
    /// <summary>This link is gone; nothing changes where the device is plugged in elsewhere by now. Answer: Accepted.</summary>
    public sealed record Detach(string Link, Stamp At) : DeviceCommand;
    /// <summary>Answer: <see cref="DeviceAnswer.Standing"/>.</summary>
    public sealed record Inspect : DeviceCommand;
}

/// <summary>What happened to a device.</summary>
public abstract record DeviceEvent
{
    public sealed record Registered(ImmutableSortedDictionary<string, string> Facts, Stamp At) : DeviceEvent;
    public sealed record Leased(SessionId Session, long Epoch, Stamp At) : DeviceEvent;
    public sealed record Released(SessionId Session, long Epoch, Stamp At) : DeviceEvent;
    public sealed record MeterNoted(MeterId Meter) : DeviceEvent;
    public sealed record ClockSampled(string Domain, ImmutableArray<ClockExchange> Exchanges) : DeviceEvent;
    public sealed record Marked(string Name, Stamp At) : DeviceEvent;
    public sealed record MessageRejected(string Topic, string Code, string Text, byte[] Payload, Stamp At) : DeviceEvent;
    public sealed record Attached(string Link, Stamp At) : DeviceEvent;
    /// <summary>Its link is gone; nobody reaches it until it is attached again.</summary>
    public sealed record Unreachable(string Link, Stamp At) : DeviceEvent;
}

/// <summary>What a device's actor answers.</summary>
public abstract record DeviceAnswer
{
    public sealed record Accepted : DeviceAnswer { public static readonly Accepted Value = new(); }
    public sealed record Leased(long Epoch) : DeviceAnswer;
    public sealed record Busy(SessionId With) : DeviceAnswer;
    /// <summary>The link it was plugged in at is gone.</summary>
    public sealed record Unreachable(string Link) : DeviceAnswer;
    /// <param name="Position">Number of its last event.</param>
    /// <param name="ClockDomains">Clocks of which there are samples.</param>
    public sealed record Standing(ImmutableSortedDictionary<string, string> Facts, SessionId? LeasedTo, long Epoch, ImmutableArray<MeterId> Meters, long Position, ImmutableArray<string> ClockDomains) : DeviceAnswer
    {
        /// <summary>Where it is plugged in; null: nobody said.</summary>
        public string? Link { get; init; }
        /// <summary>False: that place is gone.</summary>
        public bool Reachable { get; init; } = true;
    }
}
