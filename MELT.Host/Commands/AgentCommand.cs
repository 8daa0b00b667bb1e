using System.CommandLine;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.LlamaCpp;

namespace MELT.Host.Commands;

/// <summary><c>melt agent serve</c>, and hidden beside it the child processes of MELT: engines that speak the agent's messages over standard input and output.</summary>
internal static class AgentCommand
{
    public static Command Create(Command serve)
    {
        var llama = new Command("llama.cpp", "Run llama.cpp for a parent MELT") { Hidden = true };
        llama.SetAction(async (_, stop) =>
        {
            // Ctrl-C in a terminal reaches the whole group; when to end is the parent's word.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            return await LlamaCppAgent.RunAsync(TimeProvider.System, CancellationToken.None);
        });
        var exercise = new Command("exercise", "Load this device in steps for a parent MELT") { Hidden = true };
        exercise.SetAction(async (_, _) => await ExerciseAgent.RunAsync(TimeProvider.System, CancellationToken.None));
        var node = SelftestCrashCommand.CreateNode();
        node.Hidden = true;
        return new Command("agent", "Make this machine a device that a laboratory measures through a broker") { Subcommands = { serve, llama, exercise, node } };
    }
}
