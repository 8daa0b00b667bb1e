using System.Diagnostics;
using System.Text.Json.Serialization;
using MELT.Devices;

namespace MELT.Actors.Experiments;

/// <summary>A device of a plan, how it is reached, and its own engine where it differs from the plan's.</summary>
public sealed record PlannedDevice(DeviceId Id, PlannedLink Link, PlannedEngine? Engine = null)
{
    /// <summary>The machine MELT runs on.</summary>
    public static PlannedDevice Host { get; } = new(new DeviceId("host"), new PlannedLink.Local());
}

/// <summary>How a device of a plan is reached.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Local), "local")]
[JsonDerivedType(typeof(Simulated), "simulated")]
[JsonDerivedType(typeof(Configured), "configured")]
public abstract record PlannedLink
{
    /// <summary>A child process on this machine.</summary>
    public sealed record Local : PlannedLink;
    /// <summary>A simulated device with a profile such as <c>phone-monsoon</c>; the same seed gives the same device.</summary>
    public sealed record Simulated(string Profile, long Seed = 1) : PlannedLink;
    /// <summary>A device that devices.conf describes, where it is plugged in.</summary>
    /// <param name="Kind">How that file says it is reached: one of <see cref="LinkKinds"/>.</param>
    public sealed record Configured(string Kind) : PlannedLink;
}

/// <summary>How a device that devices.conf describes is reached.</summary>
public static class LinkKinds
{
    public const string Local = "local", Adb = "adb", Ssh = "ssh", Endpoint = "endpoint", Agent = "agent";

    /// <summary>Model files are copied to the device; otherwise a model is what the other side calls it.</summary>
    public static bool TakesFiles(string kind) => kind is Local or Adb or Ssh;
}

/// <summary>What runs the model, or stands in for it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LlamaCpp), "llama.cpp")]
[JsonDerivedType(typeof(Simulated), "simulated")]
[JsonDerivedType(typeof(Command), "command")]
[JsonDerivedType(typeof(OfDevice), "device")]
public abstract record PlannedEngine
{
    /// <summary>As people write it; a command is its arguments.</summary>
    [JsonIgnore]
    public string Name => this switch
    {
        LlamaCpp => "llama.cpp",
        Simulated => "simulated",
        Command command => string.Join(' ', command.Arguments),
        OfDevice => "device",
        _ => throw new UnreachableException(),
    };

    public sealed record LlamaCpp : PlannedEngine;
    public sealed record Simulated : PlannedEngine;
    /// <summary>Any process: it takes no model and no requests, and is measured from start to exit.</summary>
    public sealed record Command(IReadOnlyList<string> Arguments) : PlannedEngine;
    /// <summary>The engine that devices.conf gives the device.</summary>
    public sealed record OfDevice : PlannedEngine;
}

/// <summary>In which order the sessions run.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AsWritten), "as-written")]
[JsonDerivedType(typeof(Shuffled), "shuffled")]
public abstract record PlannedOrder
{
    /// <summary>Cell by cell, the repetitions of a cell one after the other.</summary>
    public sealed record AsWritten : PlannedOrder;
    /// <summary>All sessions shuffled, so that slow drifts do not favour a cell.</summary>
    public sealed record Shuffled(long Seed) : PlannedOrder;
}
