using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Links;

namespace MELT.Sensors.Tests.Agents;

/// <summary>What runs when this assembly is started as a program: llama.cpp for a parent.</summary>
public static class AgentProgram
{
    public static LinkCommand Command { get; } = new("dotnet", [typeof(AgentProgram).Assembly.Location]);

    public static Task<int> Main() => LlamaCppAgent.RunAsync(TimeProvider.System, CancellationToken.None);
}
