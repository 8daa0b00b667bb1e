using System.CommandLine;
using MELT.Sensors.Meters;

namespace MELT.Host.Commands;

/// <summary>The METER that verbs of sensors take.</summary>
internal static class MeterArgument
{
    public static Argument<string> Create() => new("meter") { Description = "The meter, as device/meter; melt sensors list shows those that are known", HelpName = "METER" };

    public static MeterId Read(string text) => MeterId.TryParse(text, out var meter) ? meter
        : throw new CommandException($"\"{text}\" is not a meter: write device/meter, as melt sensors list shows them", ExitCode.Usage);
}
