using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Links;

namespace MELT.Devices.Tests.Inference;

/// <summary>What runs when this assembly is started as a program: the agent of llama.cpp.</summary>
public static class AgentProgram
{
    public static LinkCommand Command { get; } = new("dotnet", [typeof(AgentProgram).Assembly.Location]);

    public static Task<int> Main() => LlamaCppAgent.RunAsync(TimeProvider.System, CancellationToken.None);
}
