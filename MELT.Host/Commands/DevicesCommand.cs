using System.CommandLine;
using MELT.Actors.Devices.Configured;
using MELT.Devices;
using MELT.Host.Configuration;

namespace MELT.Host.Commands;

/// <summary><c>melt devices</c>: the devices of devices.conf, what each can do and tells, and their preparation by hand.</summary>
internal static class DevicesCommand
{
    public static Command Create(SharedOptions shared)
    {
        var seconds = new Option<double?>("--seconds") { Description = "End after so many seconds; without it, with Ctrl-C", HelpName = "S" };
        var every = new Option<double>("--every") { Description = "Seconds between two looks at a device", HelpName = "S", DefaultValueFactory = _ => 10 };
        var watched = new Argument<string?>("device") { Description = "One device; without it, all of them", Arity = ArgumentArity.ZeroOrOne };
        var watch = new Command("watch", "Follow devices as they come, go, warm up and discharge") { watched, seconds, every };
        watch.SetAction((parsed, stop) => Failure.GuardAsync(() =>
            new DevicesWatch(new Surroundings(parsed, shared)).RunAsync(parsed.GetValue(watched), parsed.GetValue(seconds), parsed.GetValue(every), stop)));

        var list = new Command("list", "List the devices of devices.conf, and those adb sees that are not in it");
        list.SetAction((parsed, stop) => Failure.GuardAsync(() => new DevicesList(new Surroundings(parsed, shared)).RunAsync(stop)));

        return new Command("devices", "Devices: list, look at, prepare, restore and watch them")
        {
            list,
            Of("show", "Reach a device and say what it is, which meters it has, how warm it is, and what MELT left changed on it", (with, device, stop) => new DeviceShow(with).RunAsync(device, stop)),
            Of("prepare", "Bring a device into the state in which it is measured, as devices.conf says, and leave it so", (with, device, stop) => new DevicePreparing(with).PrepareAsync(device, stop)),
            Of("restore", "Put back what MELT changed on a device", (with, device, stop) => new DevicePreparing(with).RestoreAsync(device, stop)),
            watch,
        };

        Command Of(string name, string description, Func<Surroundings, ConfiguredDevice, CancellationToken, Task<int>> run)
        {
            var named = new Argument<string>("device") { Description = "Its name in devices.conf" };
            var command = new Command(name, description) { named };
            command.SetAction((parsed, stop) => Failure.GuardAsync(() =>
            {
                var with = new Surroundings(parsed, shared);
                return run(with, Named(with, parsed.GetRequiredValue(named)), stop);
            }));
            return command;
        }
    }

    /// <summary>The device of this name; the nearest other name is told where there is none.</summary>
    public static ConfiguredDevice Named(Surroundings with, string name)
    {
        var devices = with.Devices().ById;
        return devices.GetValueOrDefault(new DeviceId(name)) ?? throw new CommandException(
            devices.Count == 0 ? "devices.conf describes no device yet; docs/devices.md shows how to add a phone, a Jetson, an endpoint or an agent."
            : $"there is no device \"{name}\" in devices.conf{Spelling.Hint(name, devices.Keys.Select(d => d.Value))}; melt devices list shows them.", ExitCode.Usage);
    }
}
