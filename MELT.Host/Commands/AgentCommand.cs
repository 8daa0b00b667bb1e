using System.CommandLine;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.LlamaCpp;

namespace MELT.Host.Commands;

/// <summary>Hidden: child processes of MELT. Engines speak the agent's messages over standard input and output.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var llama = new Command("llama.cpp", "Run llama.cpp for a parent MELT");
        llama.SetAction(async (_, stop) =>
        {
            // Ctrl-C in a terminal reaches the whole group; when to end is the parent's word.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            return await LlamaCppAgent.RunAsync(TimeProvider.System, CancellationToken.None);
        });
        var exercise = new Command("exercise", "Load this device in steps for a parent MELT");
        exercise.SetAction(async (_, _) => await ExerciseAgent.RunAsync(TimeProvider.System, CancellationToken.None));
        return new Command("agent", "Engine processes") { Hidden = true, Subcommands = { llama, exercise, SelftestCrashCommand.CreateNode() } };
    }
}
