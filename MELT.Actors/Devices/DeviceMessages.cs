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
    /// <summary>The link to the device stands, or died (<paramref name="Lost"/> says how that was noticed); the same again changes nothing. Answer: Accepted.</summary>
    public sealed record NoteLink(string Link, string? Lost, Stamp At) : DeviceCommand;
    /// <summary>A setting of the device is about to be changed; told before it is, so that it can be restored whatever happens. Of a setting that was not restored yet the first old value stays. Answer: Accepted.</summary>
    public sealed record NoteChange(string Setting, string Wanted, string Old, Stamp At) : DeviceCommand;
    /// <summary>A setting is what it was again. Answer: Accepted.</summary>
    public sealed record NoteRestored(string Setting, Stamp At) : DeviceCommand;
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
    /// <summary>The link from its place to the device stands.</summary>
    public sealed record LinkOpened(string Link, Stamp At) : DeviceEvent;
    /// <summary>That link died.</summary>
    public sealed record LinkLost(string Link, string Reason, Stamp At) : DeviceEvent;
    /// <summary>A setting of the device is being changed for a measurement; it has to be restored to what it was.</summary>
    public sealed record SettingChanged(string Setting, string Wanted, string Old, Stamp At) : DeviceEvent;
    public sealed record SettingRestored(string Setting, Stamp At) : DeviceEvent;
}

/// <summary>A setting of a device that MELT changed and has not restored.</summary>
public sealed record ChangedSetting(string Name, string Wanted, string Old);

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
        /// <summary>The link from its place, while it stands.</summary>
        public string? Linked { get; init; }
        /// <summary>How the link died that stood last; null while one stands.</summary>
        public string? LinkLost { get; init; }
        /// <summary>Settings to be restored, in the order in which they were changed.</summary>
        public ImmutableArray<ChangedSetting> Changed { get; init; } = [];
    }
}
