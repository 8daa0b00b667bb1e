using System.Collections.Immutable;
using System.Diagnostics;
using MELT.Actors.Behaviors;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Sensors.Clocks;
using MELT.Sensors.Meters;

namespace MELT.Actors.Devices;

/// <summary>What a device remembers: what it is, who holds it, which meters watch it, and the last clock samples of each domain, by which a repetition is known.</summary>
public sealed record DeviceState(
    ImmutableSortedDictionary<string, string> Facts,
    SessionId? LeasedTo,
    long Epoch,
    ImmutableArray<MeterId> Meters,
    ImmutableSortedDictionary<string, ImmutableArray<ClockExchange>> Clocks,
    long Position)
{
    /// <summary>Where it is plugged in; null: nobody said.</summary>
    public string? Link { get; init; }
    /// <summary>False: that place is gone.</summary>
    public bool Reachable { get; init; } = true;
    /// <summary>The link from its place, while it stands, and how the last one died.</summary>
    public string? Linked { get; init; }
    public string? LinkLost { get; init; }
    /// <summary>Settings that were changed and not restored, in the order of changing.</summary>
    public ImmutableArray<ChangedSetting> Changed { get; init; } = [];
}

/// <summary>The actor of one device. Its lease has an epoch that rises with every holder, so that an old holder's commands can be told apart.</summary>
public sealed class Device : EventSourcedBehavior<DeviceCommand, DeviceEvent, DeviceState>
{
    public const string KindName = "device";
    public override string Kind => KindName;

    public override DeviceState Empty(string id) => new(ImmutableSortedDictionary<string, string>.Empty, null, 0, [], ImmutableSortedDictionary<string, ImmutableArray<ClockExchange>>.Empty, 0);

    public override Effect<DeviceEvent> Handle(DeviceState device, DeviceCommand command) => command switch
    {
        DeviceCommand.Register c when device.Facts.SequenceEqual(c.Facts) => Accepted,
        DeviceCommand.Register c => Persist(new DeviceEvent.Registered(c.Facts, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.Lease c when device.LeasedTo == c.Session => Reply(new DeviceAnswer.Leased(device.Epoch)),
        DeviceCommand.Lease when !device.Reachable => Reply(new DeviceAnswer.Unreachable(device.Link!)),
        DeviceCommand.Lease when device.LeasedTo is { } holder => Reply(new DeviceAnswer.Busy(holder)),
        DeviceCommand.Lease c => Persist(new DeviceEvent.Leased(c.Session, device.Epoch + 1, c.At)).ThenReply(new DeviceAnswer.Leased(device.Epoch + 1)),
        DeviceCommand.Release c when device.LeasedTo == c.Session => Persist(new DeviceEvent.Released(c.Session, device.Epoch, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.Release => Accepted,
        DeviceCommand.NoteMeter c when device.Meters.Contains(c.Meter) => Accepted,
        DeviceCommand.NoteMeter c => Persist(new DeviceEvent.MeterNoted(c.Meter)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteClock c when device.Clocks.TryGetValue(c.Domain, out var last) && last.SequenceEqual(c.Exchanges) => Accepted,
        DeviceCommand.NoteClock c => Persist(new DeviceEvent.ClockSampled(c.Domain, c.Exchanges)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteMark c => Persist(new DeviceEvent.Marked(c.Name, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteRejection c => Persist(new DeviceEvent.MessageRejected(c.Topic, c.Code, c.Text, c.Payload, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.Attach c when device.Link == c.Link && device.Reachable => Accepted,
        DeviceCommand.Attach c => Persist(new DeviceEvent.Attached(c.Link, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.Detach c when device.Link == c.Link => Lost(device, device.Reachable ? Persist(new DeviceEvent.Unreachable(c.Link, c.At)) : None).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.Detach => Accepted,
        DeviceCommand.NoteLink { Lost: null } c when device.Linked == c.Link => Accepted,
        DeviceCommand.NoteLink { Lost: null } c => Persist(new DeviceEvent.LinkOpened(c.Link, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteLink { Lost: { } lost } c when device.Linked == c.Link => Persist(new DeviceEvent.LinkLost(c.Link, lost, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteLink => Accepted,
        DeviceCommand.NoteChange c when device.Changed.Any(s => s.Name == c.Setting) => Accepted,
        DeviceCommand.NoteChange c => Persist(new DeviceEvent.SettingChanged(c.Setting, c.Wanted, c.Old, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteRestored c when device.Changed.Any(s => s.Name == c.Setting) => Persist(new DeviceEvent.SettingRestored(c.Setting, c.At)).ThenReply(DeviceAnswer.Accepted.Value),
        DeviceCommand.NoteRestored => Accepted,
        DeviceCommand.Inspect => Reply(new DeviceAnswer.Standing(device.Facts, device.LeasedTo, device.Epoch, device.Meters, device.Position, [.. device.Clocks.Keys])
        { Link = device.Link, Reachable = device.Reachable, Linked = device.Linked, LinkLost = device.LinkLost, Changed = device.Changed }),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    public override DeviceState Apply(DeviceState device, DeviceEvent e) => Change(device, e) with { Position = device.Position + 1 };

    private static DeviceState Change(DeviceState device, DeviceEvent e) => e switch
    {
        DeviceEvent.Registered r => device with { Facts = r.Facts },
        DeviceEvent.Leased l => device with { LeasedTo = l.Session, Epoch = l.Epoch },
        DeviceEvent.Released => device with { LeasedTo = null },
        DeviceEvent.MeterNoted m => device with { Meters = device.Meters.Add(m.Meter) },
        DeviceEvent.ClockSampled c => device with { Clocks = device.Clocks.SetItem(c.Domain, c.Exchanges) },
        DeviceEvent.Attached a => device with { Link = a.Link, Reachable = true },
        DeviceEvent.Unreachable => device with { Reachable = false },
        DeviceEvent.LinkOpened l => device with { Linked = l.Link, LinkLost = null },
        DeviceEvent.LinkLost l => device with { Linked = null, LinkLost = l.Reason },
        DeviceEvent.SettingChanged c => device with { Changed = device.Changed.Add(new(c.Setting, c.Wanted, c.Old)) },
        DeviceEvent.SettingRestored r => device with { Changed = device.Changed.RemoveAll(s => s.Name == r.Setting) },
        DeviceEvent.Marked or DeviceEvent.MessageRejected => device,
        _ => throw new UnreachableException(e.GetType().Name),
    };

    /// <summary>Whoever holds it hears of it; the word may be lost, so whoever says that the link is gone says it again while the device is leased.</summary>
    private static Effect<DeviceEvent> Lost(DeviceState device, Effect<DeviceEvent> effect) => device.LeasedTo is not { } holder ? effect
        : effect.ThenSend(Session.KindName, holder.Value, new SessionCommand.WorkFailed("link-lost", $"{device.Link}, where the device was plugged in, is gone"));

    private static Effect<DeviceEvent> Accepted => Reply(DeviceAnswer.Accepted.Value);
}
