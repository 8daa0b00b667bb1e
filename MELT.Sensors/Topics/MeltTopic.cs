using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MELT.Devices;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Topics;

/// <summary>A topic of the <c>melt/v1</c> tree: read with <see cref="TryParse"/>, written with <see cref="ToString"/>.</summary>
public abstract record MeltTopic(DeviceId Device)
{
    /// <summary>Begins every topic of MELT's own, of this version or another.</summary>
    public const string Root = "melt/";

    /// <summary>Subscribes to everything MELT understands.</summary>
    public const string Everything = "melt/v1/#";

    /// <summary>Retained description of a meter.</summary>
    public sealed record About(MeterId Meter) : MeltTopic(Meter.Device) { public override string ToString() => Text; }
    /// <summary>Readings of a meter as JSON.</summary>
    public sealed record Readings(MeterId Meter) : MeltTopic(Meter.Device) { public override string ToString() => Text; }
    /// <summary>Readings of a meter as binary blocks.</summary>
    public sealed record Blocks(MeterId Meter) : MeltTopic(Meter.Device) { public override string ToString() => Text; }
    /// <summary>Where MELT asks what a meter's clock says.</summary>
    public sealed record Probe(MeterId Meter) : MeltTopic(Meter.Device) { public override string ToString() => Text; }
    /// <summary>Marks of a device: phases it names itself.</summary>
    public sealed record Marks(DeviceId Device) : MeltTopic(Device) { public override string ToString() => Text; }
    /// <summary>What MELT asks of the agent on a device.</summary>
    public sealed record AgentCommand(DeviceId Device) : MeltTopic(Device) { public override string ToString() => Text; }
    /// <summary>What the agent on a device tells.</summary>
    public sealed record AgentEvent(DeviceId Device) : MeltTopic(Device) { public override string ToString() => Text; }
    /// <summary>Retained: whether the agent on a device is there, and what it offers.</summary>
    public sealed record AgentStatus(DeviceId Device) : MeltTopic(Device) { public override string ToString() => Text; }
    /// <summary>Clock samples of a device.</summary>
    public sealed record Clock(DeviceId Device) : MeltTopic(Device) { public override string ToString() => Text; }

    private string Text => this switch
    {
        About t => OfMeter(t.Meter, "about"),
        Readings t => OfMeter(t.Meter, "readings"),
        Blocks t => OfMeter(t.Meter, "blocks"),
        Probe t => OfMeter(t.Meter, "probe"),
        Marks t => OfDevice(t.Device, "marks"),
        AgentCommand t => OfDevice(t.Device, "agent/command"),
        AgentEvent t => OfDevice(t.Device, "agent/event"),
        AgentStatus t => OfDevice(t.Device, "agent/status"),
        Clock t => OfDevice(t.Device, "clock"),
        _ => throw new UnreachableException(),
    };

    /// <summary>Reads a topic; when it is none of ours, <paramref name="reason"/> says which part is wrong.</summary>
    public static bool TryParse(string topic, [NotNullWhen(true)] out MeltTopic? parsed, [NotNullWhen(false)] out string? reason)
    {
        (parsed, reason) = topic.Split('/') switch
        {
            ["melt", "v1", var device, ..] when NameProblem("device", device) is { } problem => (null, problem),
            ["melt", "v1", var device, "marks"] => (new Marks(new(device)), null),
            ["melt", "v1", var device, "clock"] => (new Clock(new(device)), null),
            ["melt", "v1", var device, "agent", "command"] => (new AgentCommand(new(device)), null),
            ["melt", "v1", var device, "agent", "event"] => (new AgentEvent(new(device)), null),
            ["melt", "v1", var device, "agent", "status"] => (new AgentStatus(new(device)), null),
            ["melt", "v1", _, "agent", ..] => (null, "below agent there are only command, event and status"),
            ["melt", "v1", _, var meter, _] when NameProblem("meter", meter) is { } problem => (null, problem),
            ["melt", "v1", var device, var meter, "about"] => (new About(new(new(device), meter)), null),
            ["melt", "v1", var device, var meter, "readings"] => (new Readings(new(new(device), meter)), null),
            ["melt", "v1", var device, var meter, "blocks"] => (new Blocks(new(new(device), meter)), null),
            ["melt", "v1", var device, var meter, "probe"] => (new Probe(new(new(device), meter)), null),
            ["melt", "v1", _, _, _] => (null, "the last part is none of about, readings, blocks, probe"),
            ["melt", "v1", ..] => ((MeltTopic?)null, "not one of melt/v1/DEVICE/METER/about|readings|blocks|probe, melt/v1/DEVICE/marks|clock, melt/v1/DEVICE/agent/command|event|status"),
            ["melt", ..] => (null, "the second part is not v1"),
            _ => (null, "the first part is not melt"),
        };
        return parsed is not null;
    }

    private static string OfDevice(DeviceId device, string rest) => $"melt/v1/{Checked("device", device.Value)}/{rest}";

    private static string OfMeter(MeterId meter, string rest) => OfDevice(meter.Device, $"{Checked("meter", meter.Name)}/{rest}");

    private static string Checked(string what, string name) =>
        (name.Contains('/') ? $"the {what} name contains /" : NameProblem(what, name)) is { } problem ? throw new ArgumentException(problem, nameof(name)) : name;

    private static string? NameProblem(string what, string name) =>
        name.Length == 0 ? $"the {what} name is empty"
        : name.AsSpan().IndexOfAny('+', '#') >= 0 ? $"the {what} name contains + or #"
        : name.Any(char.IsControl) ? $"the {what} name contains a control character"
        : what == "meter" && name == "agent" ? "agent is not a meter name"
        : null;
}
