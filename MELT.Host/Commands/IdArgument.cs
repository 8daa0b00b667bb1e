using System.CommandLine;

namespace MELT.Host.Commands;

/// <summary>The ID that most verbs take.</summary>
internal static class IdArgument
{
    public static Argument<string> Create() => new("id") { Description = "Experiment or session id, or its unique beginning; \"last\" is the newest experiment", HelpName = "ID" };
}
