using System.Runtime.InteropServices;
using System.Text.Json;
using MELT.Host.Commands;
using MELT.Host.Configuration;

namespace MELT.Host.Serve;

/// <summary>A node from its first line to its last: opened, served, drained, closed.</summary>
internal sealed class ServeRun(Surroundings with, MeltConfiguration configuration, ServeSetting setting)
{
    private const int ShellSignal = 128, Interrupt = 2, Terminate = 15;

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var impatience = new Impatience();
        using var metrics = new PrometheusExporter(NodeGauges.Shows);
        if (setting.Warning is { } warning) Surroundings.Remark(warning);
        await using var node = await Node.OpenAsync(with, configuration, with.Logs(), stop);
        using var gauges = new NodeGauges(node);
        await using var http = await HttpServer.StartAsync(setting, new HttpApi(node, with.DataFolder, with.Time), metrics, stop);
        await TellAsync(node, http.Address, stop);

        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(signalled.SetResult)) await signalled.Task;
        Surroundings.Remark("stopping: nothing new is begun, running sessions are sealed and readings stored; a second signal ends at once");
        await node.DrainAsync(setting.Drain);
        return ExitCode.Done;
    }

    private async Task TellAsync(Node node, string address, CancellationToken stop)
    {
        Surroundings.Remark($"melt {Surroundings.Version} serves: runtime {node.Cluster.Runtime}, journal {node.JournalPlace}, broker on {node.BrokerAddress}, http on {address}");
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new ServingAnswer(Surroundings.Version, node.Cluster.Runtime, node.JournalPlace, node.BrokerAddress, address), NodeJson.Readable.ServingAnswer));
        foreach (var experiment in await node.UnfinishedAsync(stop))
            Surroundings.Remark($"experiment {experiment.Id} was cut off when MELT last ended and {(experiment.Continues ? "goes on" : "is sealed")}");
    }

    /// <summary>The first signal is the command's own; whoever sends a second does not want to wait.</summary>
    private sealed class Impatience : IDisposable
    {
        private readonly PosixSignalRegistration[] _signals;
        private int _heard;

        public Impatience() => _signals = [Hear(PosixSignal.SIGINT, Interrupt), Hear(PosixSignal.SIGTERM, Terminate)];

        public void Dispose()
        {
            foreach (var signal in _signals) signal.Dispose();
        }

        private PosixSignalRegistration Hear(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, heard =>
        {
            heard.Cancel = true;
            if (Interlocked.Increment(ref _heard) > 1) Environment.Exit(ShellSignal + number);
        });
    }
}
