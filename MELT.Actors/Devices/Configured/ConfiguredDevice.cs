using System.Collections.Immutable;
using MELT.Devices;
using MELT.Devices.Preparation;
using MELT.Devices.Preparation.Gates;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Actors.Devices.Configured;

/// <summary>What devices.conf says of one device: how it is reached, what runs there, what feeds it, and how it is prepared.</summary>
public sealed record ConfiguredDevice(DeviceId Id, DeviceReach Reach)
{
    /// <summary>Folder of the device into which models are copied; in the home folder where it has no leading slash.</summary>
    public string Folder { get; init; } = "melt";
    /// <summary>What runs models there; null where the other side is the engine.</summary>
    public DeviceProgram? Engine { get; init; }
    /// <summary>What feeds it while it is measured; null: nobody said.</summary>
    public Supply? Supply { get; init; }
    public DevicePlatform Platform { get; init; } = DevicePlatform.Linux;
    /// <summary>What its link runs over, which must not be cut.</summary>
    public LinkTraits Traits { get; init; } = new(LinkWay.Network);
    public ImmutableArray<PreparationWish> Wishes { get; init; } = [];
    public DeviceGates Gates { get; init; } = new();
    public DeviceSettings Meters { get; init; } = DeviceSettings.Default;
    /// <summary>Where its /proc, /sys and /etc are, for one that shows them elsewhere, such as a container.</summary>
    public string Root { get; init; } = "/";
    /// <summary>Folders in which programs that tell readings are looked for before those of its PATH.</summary>
    public ImmutableArray<string> Path { get; init; } = [];
    /// <summary>Files of the device that are copied here after each session.</summary>
    public ImmutableArray<string> Collect { get; init; } = [];
    /// <summary>It is no real device, or replays readings: what plays it. Every result then says that it is synthetic.</summary>
    public string? StandIn { get; init; }
    /// <summary>How long a device that does not answer is tried again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What must hold before a session begins, and while it runs.</summary>
public sealed record DeviceGates
{
    public TemperatureLimit? Start { get; init; }
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromMinutes(15);
    public TemperatureLimit? Ceiling { get; init; }
    public BatteryBand? Battery { get; init; }
}

/// <summary>A program of a device that runs models.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Executable">On the device: a path, or a name in its PATH.</param>
public sealed record DeviceProgram(string Kind, string Executable)
{
    public const string LlamaServer = "llama-server", LlamaCli = "llama-cli", LlamaBench = "llama-bench", Mlc = "mlc-llm", Server = "server", Agent = "agent";

    /// <summary>Added to what MELT gives it; of a server of another make all of it, with <c>{model}</c>, <c>{port}</c> and so on filled in.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    /// <summary>Of a server: the path that answers once it is ready.</summary>
    public string? Health { get; init; }
    /// <summary>How long loading may take.</summary>
    public TimeSpan LoadLimit { get; init; } = TimeSpan.FromMinutes(10);

    public static ImmutableArray<string> Kinds { get; } = [LlamaServer, LlamaCli, LlamaBench, Mlc, Server, Agent];
}
