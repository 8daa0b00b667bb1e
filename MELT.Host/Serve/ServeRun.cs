using System.Text.Json;
using MELT.Actors.Experiments;
using MELT.Host.Commands;
using MELT.Host.Configuration;

namespace MELT.Host.Serve;

/// <summary>A node from its first line to its last: opened, served, drained, closed.</summary>
internal sealed class ServeRun(Surroundings with, MeltConfiguration configuration, ServeSetting setting)
{
    /// <summary>Part of what a node says when it ends for that reason.</summary>
    public const string GaveUp = "the others gave it up";

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var metrics = new PrometheusExporter(NodeGauges.Shows);
        await using var node = await Node.OpenAsync(with, configuration, with.Logs(), stop);
        using var gauges = new NodeGauges(node);
        var cutOff = await node.UnfinishedAsync(stop);
        await using var http = await HttpServer.StartAsync(setting, new HttpApi(node, with.DataFolder, with.Time), metrics, stop);
        Tell(node, http.Address, cutOff);

        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(signalled.SetResult)) await Task.WhenAny(signalled.Task, node.Ended);
        if (node.Ended.IsCompleted)
        {
            Surroundings.Remark($"this node was silent or cut off, and {GaveUp}; it ends, so that it does nothing they do not know of. What it had acknowledged is stored. Start it again");
            // At once: there is nothing left to hand over, and nobody who would take it.
            Environment.Exit(ExitCode.Failed);
        }
        var draining = node.DrainAsync(setting.Drain);
        // What is said is true by then.
        Surroundings.Remark("stopping: nothing new is begun, running sessions are sealed and readings stored; a second signal ends at once");
        await draining;
        return ExitCode.Done;
    }

    private void Tell(Node node, string address, IReadOnlyList<ExperimentState> cutOff)
    {
        Surroundings.Remark($"melt {Surroundings.Version} serves: runtime {node.Cluster.Runtime}, journal {node.JournalPlace}, broker on {node.BrokerAddress}, http on {address}");
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new ServingAnswer(Surroundings.Version, node.Cluster.Runtime, node.JournalPlace, node.BrokerAddress, address), NodeJson.Readable.ServingAnswer));
        if (setting.Warning is { } warning) Surroundings.Remark(warning);
        foreach (var experiment in cutOff)
            Surroundings.Remark($"experiment {experiment.Id} was cut off when MELT last ended and {(experiment.Continues ? "goes on" : "is sealed")}");
    }
}
