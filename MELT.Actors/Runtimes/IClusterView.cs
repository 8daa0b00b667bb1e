using MELT.Actors.Devices;

namespace MELT.Actors.Runtimes;

/// <summary>What a node knows of the nodes that run the laboratory together with it.</summary>
public interface IClusterView
{
    /// <summary>Name of the runtime, such as <c>in-process</c>.</summary>
    string Runtime { get; }

    /// <summary>Address of this node.</summary>
    string Self { get; }

    /// <summary>Every member as this node sees it now.</summary>
    IReadOnlyList<ClusterMember> Members { get; }

    /// <summary>Why nothing can be asked of it yet, such as members that are missing; null: it runs.</summary>
    string? Objection { get; }

    /// <summary>Address of the member that a device says it is plugged in at; null: of none just now.</summary>
    string? AddressOf(DeviceAnswer.Standing device);

    /// <summary>Address of the member where an entity lives, or would if somebody asked it something; null: of none just now.</summary>
    Task<string?> HomeOfAsync(string kind, string id, TimeSpan patience);

    /// <summary>Entities that are awake on this node.</summary>
    int Entities { get; }
}

/// <summary>One node of the laboratory.</summary>
/// <param name="Status">Such as <c>up</c>, <c>joining</c>, <c>leaving</c>.</param>
/// <param name="Oldest">The scheduler runs there.</param>
/// <param name="UptimeSeconds">Null where it is not known from here.</param>
public sealed record ClusterMember(string Address, IReadOnlyList<string> Roles, string Status, bool Reachable, bool Oldest, double? UptimeSeconds);

/// <summary>What a node may do; without roles given it does all of it.</summary>
public static class NodeRoles
{
    /// <summary>Has links to devices and meters of its own.</summary>
    public const string DeviceHost = "device-host";
    /// <summary>Takes readings from the broker.</summary>
    public const string Ingest = "ingest";
    /// <summary>Answers people.</summary>
    public const string Web = "web";

    public static IReadOnlyList<string> All { get; } = [DeviceHost, Ingest, Web];
}
