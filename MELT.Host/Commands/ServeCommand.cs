using System.CommandLine;
using MELT.Actors.Runtimes;
using MELT.Host.Serve;

namespace MELT.Host.Commands;

/// <summary><c>melt serve</c>: a laboratory that stays, with HTTP endpoints.</summary>
internal sealed class ServeCommand
{
    private readonly Option<string?> _bind = new("--bind") { Description = "Where the HTTP endpoints listen (default: melt.serve.bind, 127.0.0.1:7235); port 0 takes a free one", HelpName = "ADDRESS:PORT" };
    private readonly Option<string?> _broker = new("--broker") { Description = "Use this broker instead of the embedded one", HelpName = "mqtt://HOST:PORT" };
    private readonly Option<string?> _port = new("--port") { Description = "Port of the embedded broker (default: a free one)", HelpName = "N" };
    private readonly Option<string?> _role = new("--role") { Description = $"What this node of a cluster does: {string.Join(", ", NodeRoles.All)} (default: all)", HelpName = "ROLE,…" };
    private readonly Option<string[]> _join = new("--join") { Description = "Every node of the cluster, this one among them; with commas, or repeated", HelpName = "HOST:PORT,…" };
    private readonly Option<string?> _node = new("--node") { Description = "Where the other nodes of a cluster reach this one (default: melt.cluster.node, 127.0.0.1:7236)", HelpName = "HOST:PORT" };

    public const string Name = "serve";

    public static Command Create(SharedOptions shared)
    {
        var serve = new ServeCommand();
        var command = new Command(Name, "Stay and run a laboratory: readings are recorded, experiments taken over HTTP, until SIGTERM or Ctrl+C") { serve._bind, serve._broker, serve._port, serve._role, serve._join, serve._node };
        command.SetAction((parsed, _) => Failure.GuardAsync(async () =>
        {
            var with = new Surroundings(parsed, shared);
            var configuration = with.Configure(("melt.serve.bind", parsed.GetValue(serve._bind)), ("melt.broker.url", parsed.GetValue(serve._broker)), ("melt.broker.embedded.port", parsed.GetValue(serve._port)),
                ("melt.cluster.join", parsed.GetValue(serve._join) is { Length: > 0 } nodes ? string.Join(',', nodes) : null), ("melt.cluster.node", parsed.GetValue(serve._node)), ("melt.cluster.roles", parsed.GetValue(serve._role)));
            if (configuration.Cluster.Join.Count == 0 && (parsed.GetValue(serve._role) ?? parsed.GetValue(serve._node)) is not null)
                throw new CommandException("--role and --node say what this node is in a cluster; name the cluster's nodes with --join (docs/cluster.md).", ExitCode.Usage);
            var setting = ServeSetting.TryRead(configuration.Serve, out var problem) ?? throw new CommandException(problem, ExitCode.Usage);
            using var signals = new StopSignals();
            return await new ServeRun(with, configuration, setting).RunAsync(signals.Stop);
        }));
        return command;
    }
}
