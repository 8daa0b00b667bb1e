using System.CommandLine;
using MELT.Actors.Experiments;
using MELT.Devices;
using MELT.Devices.Inference;

namespace MELT.Host.Commands;

/// <summary><c>melt quickstart</c>: a real session on this host with a small synthetic model, then a simulated phone with a 5 kHz power meter.</summary>
internal static class QuickstartCommand
{
    public const string Model = "synthetic:tiny:q4_0";

    public static Command Create(SharedOptions shared)
    {
        var command = new Command("quickstart", "See it work: measure this host with a small model, then a simulated phone whose true energy is known (about a minute)");
        command.SetAction((parsed, stop) => Failure.GuardAsync(() =>
        {
            var with = new Surroundings(parsed, shared);
            return new ExperimentRun(with, with.Configure(), "melt quickstart").RunAsync(Plan, stop);
        }));
        return command;
    }

    public static ExperimentPlan Plan { get; } = new()
    {
        Name = "quickstart",
        Devices = [PlannedDevice.Host, new PlannedDevice(new DeviceId("phone-1"), new PlannedLink.Simulated("phone-monsoon"))],
        Models = [Model],
        Parameters = new PlannedParameters { Threads = [1] },
        Requests = new PlannedRequests.Lengths([new PlannedLength(64, 3)]),
        Generation = new GenerationSettings { MaxTokens = 64, IgnoreEndOfSequence = true },
    };
}
