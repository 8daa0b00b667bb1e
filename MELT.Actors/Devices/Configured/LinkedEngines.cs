using MELT.Actors.Sessions;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.Commands;
using MELT.Devices.Inference.LlamaCpp.Programs;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links;

namespace MELT.Actors.Devices.Configured;

/// <summary>Starts the engine that devices.conf gives a device, at the end of its link.</summary>
internal static class LinkedEngines
{
    public static async Task<IEngine> StartAsync(RigSetting with, ILink link, CancellationToken stop)
    {
        if (with.Plan.Engine.Name == EngineSpec.CommandLine)
            return new CommandEngine(link, new(with.Plan.Engine.Command[0], with.Plan.Engine.Command[1..]) { Environment = Leftovers.Marked(with.Device.Id, new Dictionary<string, string>()) }, with.Clock, with.Options.PassOn);
        var program = with.Device.Engine ?? throw new RigException("unknown-engine", $"devices.conf says nothing of an engine of {with.Device.Id}: give it engine {{ kind = llama-server, program = … }}");
        var environment = Leftovers.Marked(with.Device.Id, program.Environment);
        var command = new LinkCommand(program.Executable, program.Arguments) { Environment = environment };
        return program.Kind switch
        {
            DeviceProgram.Agent => await AgentEngine.StartAsync(link, command, with.Clock, stop: stop),
            DeviceProgram.LlamaServer => Served(ServerProgram.Llama(program.Executable, program.Arguments)),
            DeviceProgram.Mlc => Served(ServerProgram.Mlc(program.Executable, program.Arguments)),
            DeviceProgram.Server => Served(new(program.Executable, program.Arguments)),
            DeviceProgram.LlamaCli => new LlamaCliEngine(link, command, with.Clock),
            DeviceProgram.LlamaBench => new LlamaBenchEngine(link, command, with.Clock),
            _ => throw new RigException("unknown-engine", $"\"{program.Kind}\" is no kind of engine"),
        };

        ServedEngine Served(ServerProgram server) => new(link, server with { HealthPath = program.Health ?? server.HealthPath, LoadLimit = program.LoadLimit, Environment = environment }, with.Clock);
    }
}
