using System.Globalization;
using System.Net;
using MELT.Host.Commands;
using MELT.Host.Configuration;

namespace MELT.Host.Serve;

/// <summary>This node's place in a cluster, judged as a whole.</summary>
/// <param name="Settings">Text of cluster.conf.</param>
internal sealed record ClusterSetting(string Host, int Port, IReadOnlyList<string> Join, IReadOnlyList<string> Roles, IReadOnlyList<string> Devices, bool TrustedNetwork, string Settings)
{
    /// <summary>Null: no cluster is asked for. Throws <see cref="CommandException"/> for one that cannot be.</summary>
    public static ClusterSetting? Of(MeltConfiguration configuration, string folder, bool isJournalFile)
    {
        var (cluster, least) = (configuration.Cluster, 3);
        if (cluster.Join.Count == 0) return null;
        if (ClusterBuild.Here is null) throw Refused("--join needs the Akka.NET build of MELT (docs/cluster.md); this one runs the laboratory in one process.");
        if (cluster.Join.Distinct().Count() < least)
            throw Refused($"--join names {cluster.Join.Distinct().Count()} nodes, and a cluster has {least} or more: of two, the one that is left cannot tell a dead neighbour from a cut cable. Name every node, this one too; on one machine, leave --join out.");
        if (!cluster.Join.Contains(cluster.Node)) throw Refused($"--join does not name this node, {cluster.Node} (--node): every node is given the same list.");
        if (isJournalFile) throw Refused("--join needs a journal that every node reaches: --journal postgres://user@host:port/database. A file belongs to one machine.");
        if (configuration.Broker.Url is null) throw Refused("--join needs a broker outside of MELT, which the death of a node does not take along: --broker mqtt://host:port.");
        var file = Path.Combine(folder, "cluster.conf");
        if (!File.Exists(file)) throw Refused($"there is no {file}; copy the one that ships with MELT.");
        var (host, port) = cluster.Node.Split(':') is [var h, var p] ? (h, int.Parse(p, CultureInfo.InvariantCulture)) : throw Refused($"melt.cluster.node: {cluster.Node} is not host:port");
        return new(host, port, cluster.Join, cluster.Roles, cluster.Devices, cluster.TrustedNetwork || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)) || host == "localhost", File.ReadAllText(file));
    }

    private static CommandException Refused(string why) => new(why, ExitCode.Usage);
}
