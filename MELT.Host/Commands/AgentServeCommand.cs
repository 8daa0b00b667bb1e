using System.CommandLine;
using System.Globalization;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Host.Agents;
using MELT.Host.Serve;
using MELT.Sensors.Agents;
using MELT.Sensors.Topics;

namespace MELT.Host.Commands;

/// <summary><c>melt agent serve</c>: this machine as a device that is reached through a broker alone.</summary>
internal sealed class AgentServeCommand
{
    private readonly BrokerLogin _login = new("MELT_AGENT_USER", "MELT_AGENT_PASSWORD");
    private readonly Option<string> _device = new("--device") { Description = "Name of this device, as the laboratory calls it", HelpName = "NAME", Required = true };
    private readonly Option<string?> _engine = new Option<string?>("--engine") { Description = "The engine: llama.cpp (default), exercise (no models, loads the device in steps), or a command after -- that speaks the agent's messages (docs/agent.md)", HelpName = "ENGINE" }.AcceptOnlyFromAmong(EngineSpec.LlamaCpp, EngineSpec.Exercise);
    private readonly Option<string?> _models = new("--models") { Description = "Folder of models; only files below it can be loaded, by their names there. Without one, none can", HelpName = "DIR" };
    private readonly Option<bool> _meters = new("--meters") { Description = "Publish this machine's own instruments while a session runs" };
    private readonly Option<double> _heartbeat = new("--heartbeat") { Description = "Seconds between signs of life; the laboratory gives a session up after three that are missing", HelpName = "S", DefaultValueFactory = _ => 5 };

    public static Command Create(SharedOptions shared, string[] wrapped)
    {
        var serve = new AgentServeCommand();
        var command = new Command("serve", "Run an engine on this machine for a laboratory that cannot reach it: commands come and events go over a broker, until SIGTERM or Ctrl+C")
        {
            serve._login.Broker, serve._device, serve._engine, serve._models, serve._meters, serve._heartbeat, serve._login.User, serve._login.PasswordFile,
        };
        command.SetAction((parsed, _) => Failure.GuardAsync(async () =>
        {
            var with = new Surroundings(parsed, shared);
            var clock = HostClock.Start(with.Time);
            var (agent, broker) = (serve.Agent(parsed, wrapped, clock), serve._login.Read(parsed));
            if (broker.UserName is null && !BrokerLogin.IsThisMachine(broker.Host))
                Surroundings.Remark($"caution: the broker at {broker.Host} is used without a user; whoever may publish there commands this agent");
            using var signals = new StopSignals();
            await new AgentService(with.Configure().Broker.Client, broker, agent, parsed.GetValue(serve._meters), clock, with.Time).RunAsync(signals.Stop);
            return ExitCode.Done;
        }));
        return command;
    }

    private MqttAgentOptions Agent(ParseResult parsed, string[] wrapped, HostClock clock)
    {
        var (name, models, heartbeat, engine) = (parsed.GetValue(_device)!, parsed.GetValue(_models), parsed.GetValue(_heartbeat), parsed.GetValue(_engine));
        if (!MeltTopic.TryParse($"melt/v1/{name}/agent/status", out _, out var wrong)) throw new CommandException($"--device: {wrong}", ExitCode.Usage);
        if (models is not null && !Directory.Exists(models)) throw new CommandException($"--models: there is no folder {models}", ExitCode.Usage);
        if (heartbeat is not (>= 0.1 and <= 3600)) throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"--heartbeat: {heartbeat} is not between 0.1 and 3600 seconds"), ExitCode.Usage);
        if (engine is not null && wrapped.Length > 0) throw new CommandException("--engine and a command after -- exclude each other", ExitCode.Usage);
        engine ??= EngineSpec.LlamaCpp;
        var program = wrapped.Length > 0 ? new LinkCommand(wrapped[0], wrapped[1..]) : new LinkCommand(Environment.ProcessPath!, [.. LaboratorySetting.Myself, "agent", engine]);
        return new()
        {
            Device = new DeviceId(name),
            Engine = wrapped.Length > 0 ? Path.GetFileName(wrapped[0]) : engine,
            StartEngine = async stop => (IEngine)await AgentEngine.StartAsync(new LocalLink(clock), program, clock, stop: stop),
            Models = new(models),
            Agent = $"melt {Surroundings.Version}",
            Heartbeat = TimeSpan.FromSeconds(heartbeat),
            Remark = Surroundings.Remark,
        };
    }
}
