using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Commands;

/// <summary><c>melt --version</c>: which MELT, and what was compiled into it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool Terminating => true;

#if MELT_AKKA
    private static readonly string[] s_runtimes = ["in-process", "akka"];
#else
    private static readonly string[] s_runtimes = ["in-process"];
#endif

    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.WriteLine(typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        Console.Out.WriteLine($"runtimes: {string.Join(", ", s_runtimes)}");
        Console.Out.WriteLine($"MQTT clients: {string.Join(", ", MqttClients.BuiltIn)}");
        return ExitCode.Done;
    }
}
