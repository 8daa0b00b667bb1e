using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Host.Serve;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary><c>melt cluster status</c>: the nodes of a laboratory and its devices, as a node sees them.</summary>
internal sealed class ClusterCommand
{
    private readonly Option<string?> _at = new("--at") { Description = "The node to ask (default: the one at melt.serve.bind of this machine)", HelpName = "URL" };

    public static Command Create(SharedOptions shared)
    {
        var cluster = new ClusterCommand();
        var status = new Command("status", "Show the nodes, the devices, where each is plugged in and who holds it") { cluster._at };
        status.SetAction((parsed, stop) => Failure.GuardAsync(() => StatusAsync(new Surroundings(parsed, shared), parsed.GetValue(cluster._at), stop)));
        return new Command("cluster", "Look at the nodes of a laboratory that melt serve runs") { status };
    }

    private static async Task<int> StatusAsync(Surroundings with, string? at, CancellationToken stop)
    {
        using var node = new NodeClient(at, with.Configure().Serve);
        var cluster = await node.ClusterAsync(stop);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(cluster, NodeJson.Readable.ClusterAnswer));
        else Print(with, cluster);
        return ExitCode.Done;
    }

    private static void Print(Surroundings with, ClusterAnswer cluster)
    {
        Surroundings.Say($"runtime {cluster.Runtime}, {cluster.Members.Count} {(cluster.Members.Count == 1 ? "node" : "nodes")}");
        var nodes = new Table().Border(TableBorder.None).AddColumns("NODE", "STATUS", "REACHABLE", "OLDEST", "ROLES", "UPTIME");
        foreach (var m in cluster.Members)
            nodes.AddRow(Markup.Escape(m.Address), m.Status, YesNo(m.Reachable), YesNo(m.Oldest), string.Join(",", m.Roles), m.UptimeSeconds is { } s ? TimeSpan.FromSeconds(Math.Floor(s)).ToString("c", CultureInfo.InvariantCulture) : "");
        with.Output.Write(nodes);
        if (cluster.Devices.Count == 0) return;
        var devices = new Table().Border(TableBorder.None).AddColumns("DEVICE", "LINK ON", "HELD BY", "EPOCH");
        foreach (var d in cluster.Devices)
            devices.AddRow(Markup.Escape(d.Device), Markup.Escape(d.Node ?? "unreachable"), Markup.Escape(d.LeasedTo ?? "nobody"), d.Epoch.ToString(CultureInfo.InvariantCulture));
        with.Output.Write(devices);
    }

    private static string YesNo(bool yes) => yes ? "yes" : "no";
}
