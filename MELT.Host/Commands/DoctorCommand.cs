using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MELT.Devices;
using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Sensors.Instruments;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary><c>melt doctor</c>: whether this machine can measure, what is missing, and what would disturb.</summary>
internal static class DoctorCommand
{
    public static Command Create(SharedOptions shared)
    {
        var device = new Option<string?>("--device") { Description = "Look at a device of devices.conf instead", HelpName = "DEVICE" };
        var command = new Command("doctor", "Look whether this machine, or a device, can be measured, and say what to do where it cannot") { device };
        command.SetAction((parsed, stop) => Failure.GuardAsync(async () =>
        {
            var with = new Surroundings(parsed, shared);
            return Print(with, parsed.GetValue(device) is { } name ? await new DeviceDoctor(DevicesCommand.Named(with, name), with.Time).LookAsync(stop) : await HereAsync(with, stop));
        }));
        return command;
    }

    private static async Task<IReadOnlyList<DoctorCheck>> HereAsync(Surroundings with, CancellationToken stop)
    {
        var configuration = with.Configure();
        var facts = await new DoctorSurvey
        {
            DataFolder = with.DataFolder,
            DiskReserveBytes = configuration.DiskReserveBytes,
            NativeLibrary = NativeLibrary,
            Broker = token => BrokerAsync(configuration.Broker, with.Time, token),
            Meters = token => MetersAsync(with.Time, token),
        }.LookAsync(stop);
        return Doctor.Judge(configuration.Broker.Url is null ? facts with { BrokerAccess = BrokerSetting.Look(configuration.Broker) } : facts);
    }

    private static int Print(Surroundings with, IReadOnlyList<DoctorCheck> checks)
    {
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(checks, DoctorJson.Default.IReadOnlyListDoctorCheck));
        else with.Output.Write(Table(checks));
        return checks.Any(c => c.Status == DoctorStatus.Fail) ? ExitCode.Failed : ExitCode.Done;
    }

    private static Table Table(IReadOnlyList<DoctorCheck> checks)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "", "");
        foreach (var c in checks)
        {
            var colour = c.Status switch { DoctorStatus.Ok => "green", DoctorStatus.Warn => "yellow", _ => "red" };
            table.AddRow($"[{colour}]{c.Status.ToString().ToLowerInvariant()}[/]", Markup.Escape(c.Name), Markup.Escape(c.Remedy is null ? c.Text : $"{c.Text}. {c.Remedy}"));
        }
        return table;
    }

    private static DoctorProbe NativeLibrary() => LlamaLibrary.TryLoad(out var reason) is { } library
        ? new(true, $"llama.cpp {library.Version} from {library.Folder}")
        : new(false, reason!);

    private static async Task<DoctorProbe> BrokerAsync(BrokerOptions broker, TimeProvider time, CancellationToken stop)
    {
        try
        {
            if (broker.Url is { } url)
            {
                await using var client = await MqttClients.ConnectAsync(broker.Client, MqttClient.ParseUrl(url), time, stop);
                return new(true, $"{MqttClient.ParseUrl(url)} answers");
            }
            using var listener = new TcpListener(IPAddress.Parse(broker.Address), broker.Port);
            listener.Start();
            return new(true, $"{broker.Address}, {(broker.Port == 0 ? "any free port" : $"port {broker.Port}")}, can be listened on");
        }
        catch (Exception e) when (e is MqttException or SocketException or FormatException) { return new(false, e.Message); }
    }

    private static async Task<IReadOnlyList<KeyValuePair<string, DoctorProbe>>> MetersAsync(TimeProvider time, CancellationToken stop)
    {
        var clock = HostClock.Start(time);
        var found = await HostInstruments.DiscoverAsync(new HostPlace(new HostTree(), new DeviceId("host"), clock.Domain), time, stop, new HostPrograms(clock));
        return
        [
            .. found.Usable.Select(i => KeyValuePair.Create(i.Meter.Name, new DoctorProbe(true, $"{i.About.Instrument}: {string.Join(", ", i.About.Channels.Select(c => c.Name))}"))),
            .. found.Sources.SelectMany(s => s.Meters).Select(m => KeyValuePair.Create(m.Meter.Name, new DoctorProbe(true, $"{m.About.Instrument}: {string.Join(", ", m.About.Channels.Select(c => c.Name))}"))),
            .. found.Refused.Where(r => r.Quantity is "energy" or "power" or "temperature").Select(r => KeyValuePair.Create(r.Name, new DoctorProbe(false, r.Reason))),
        ];
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyList<DoctorCheck>))]
internal sealed partial class DoctorJson : System.Text.Json.Serialization.JsonSerializerContext;
