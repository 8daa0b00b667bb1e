using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MELT.Devices.Inference;
using MELT.Sensors.Clocks;

namespace MELT.Actors.Sessions;

/// <summary>Everything one session is to do; recorded with it.</summary>
public sealed record SessionPlan
{
    public required EngineSpec Engine { get; init; }
    public ImmutableArray<EngineCommand.Request> Requests { get; init; } = [];
    public TimeSpan Baseline { get; init; } = TimeSpan.FromSeconds(3);
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>How long the device is watched again once the engine has gone and the cool-down is over; null: not at all.</summary>
    public TimeSpan? BaselineAfter { get; init; }
    /// <summary>Whether meters without a clock are found by a coded load between baseline and loading; null: no.</summary>
    public SyncMode? Sync { get; init; }
    /// <summary>The device is loaded in these steps, and nothing else is asked of the engine: meters are checked against it. Null: requests.</summary>
    public SyncPattern? Exercise { get; init; }
    /// <summary>An engine that says nothing for this long while it should is taken for dead.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);
    public bool AllowEstimates { get; init; }
    /// <summary>Meters of other devices that watch this session (<c>device/meter</c>).</summary>
    public ImmutableArray<string> ExtraMeters { get; init; } = [];
}

/// <summary>When the device is loaded in a code by which meters without a clock are found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncMode>))]
public enum SyncMode
{
    /// <summary>When a meter that tells power has no clock that is related to the session's.</summary>
    [JsonStringEnumMemberName("auto")] Auto,
    [JsonStringEnumMemberName("on")] On,
}

/// <summary>Which engine on which link: <c>llama.cpp</c> with a model, <c>simulated</c> with a profile and seed, <c>command</c> with its arguments.</summary>
public sealed record EngineSpec(string Name)
{
    public string? Model { get; init; }
    public EngineSettings Settings { get; init; } = new();
    public ImmutableArray<string> Command { get; init; } = [];
    public string? Profile { get; init; }
    public long Seed { get; init; } = 1;

    public const string LlamaCpp = "llama.cpp";
    public const string Simulated = "simulated";
    public const string CommandLine = "command";
    /// <summary>The one that devices.conf gives the session's device.</summary>
    public const string OfDevice = "device";
    /// <summary>Begin of a model's name that is a path on the device, where the file lies already.</summary>
    public const string OnDevice = "device:";
    /// <summary>No model and no framework: it only loads the device in steps.</summary>
    public const string Exercise = "exercise";
}
