using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Devices.Time;
using MELT.Host.Bridges;
using MELT.Host.Serve;
using MELT.Sensors.Clocks.Probing;
using MELT.Sensors.Decoding;
using MELT.Sensors.Instruments.Csv;
using MELT.Sensors.Meters;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors bridge METER</c>: publishes the lines of a pipe, a file or a serial line as a meter (docs/bridges.md).</summary>
internal sealed class SensorsBridgeCommand
{
    private readonly Argument<string> _meter = MeterArgument.Create();
    private readonly Option<string> _csv = new("--csv") { Description = "The columns with their units, as v:V,i:mA,t:us (- for one that is not read); header: the first line names them, as v [V],i [mA],t [us]", HelpName = "COLUMNS", Required = true };
    private readonly Option<string> _from = new("--from") { Description = "A file, a FIFO or a serial line; - for standard input", HelpName = "PATH", DefaultValueFactory = _ => "-" };
    private readonly Option<bool> _follow = new("--follow") { Description = "Go on behind the end: what is appended to the file, the next writer of the FIFO" };
    private readonly Option<int?> _baud = new("--baud") { Description = "PATH is a serial line of this speed: it is set by stty -F PATH N raw, its first line is passed over, and what no longer finds room is lost instead of waiting", HelpName = "N" };
    private readonly Option<string?> _time = new("--time") { Description = "The column of times, COLUMN[:s|ms|us|ns|iso[:BITS]]; BITS of a counter that starts again. none: lines are stamped when they are read (default: a column t, ts, time or timestamp in a unit of time)", HelpName = "COLUMN" };
    private readonly Option<string> _clock = new Option<string>("--clock") { Description = "Whose clock the column of times is: own, that of the instrument; host, this machine's time since 1970, which is then told when MELT asks", HelpName = "own|host", DefaultValueFactory = _ => "own" }.AcceptOnlyFromAmong("own", "host");
    private readonly Option<string?> _instrument = new("--instrument") { Description = "What it is; of a name of instruments.conf the rest is known", HelpName = "NAME" };
    private readonly Option<string?> _kind = new Option<string?>("--kind") { Description = "What a reading is of: instantaneous, averaged or accumulated", HelpName = "KIND" }.AcceptOnlyFromAmong("instantaneous", "averaged", "accumulated");
    private readonly Option<double?> _window = new("--window") { Description = "Seconds over which an averaged reading is taken; it is stamped at their end", HelpName = "S" };
    private readonly Option<double?> _period = new("--period") { Description = "Seconds between two readings", HelpName = "S" };
    private readonly Option<string?> _boundary = new Option<string?>("--boundary") { Description = "Where power, energy, voltage and current are taken", HelpName = "BOUNDARY" }.AcceptOnlyFromAmong("cell", "battery-terminals", "dc-in", "wall-ac", "board", "package", "rail");
    private readonly Option<int> _room = new("--room") { Description = "Readings that may wait for the broker", HelpName = "N", DefaultValueFactory = _ => 1 << 20 };
    public const string Name = "bridge";

    private static readonly CsvLayout AnyColumn = new([new("x", null)], null);

    private readonly BrokerLogin _login = new("MELT_BRIDGE_USER", "MELT_BRIDGE_PASSWORD");

    public static Command Create(SharedOptions shared)
    {
        var bridge = new SensorsBridgeCommand();
        var command = new Command(Name, "Publish lines of numbers as a meter, from a pipe, a file or a serial line, until they end or Ctrl+C")
        {
            bridge._meter, bridge._csv, bridge._from, bridge._follow, bridge._baud, bridge._time, bridge._clock, bridge._instrument, bridge._kind, bridge._window, bridge._period,
            bridge._boundary, bridge._room, bridge._login.Broker, bridge._login.User, bridge._login.PasswordFile,
        };
        command.SetAction((parsed, _) => Failure.GuardAsync(() => bridge.RunAsync(parsed, new Surroundings(parsed, shared))));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with)
    {
        var clock = HostClock.Start(with.Time);
        using var signals = new StopSignals();
        var options = Options(parsed, clock, with.Time);
        var input = await LineInput.PrepareAsync(parsed.GetValue(_from)!, parsed.GetValue(_baud), parsed.GetValue(_follow), clock, signals.Stop);
        options = options with { More = stop => input.MoreAsync(with.Time, stop), LosesWhenFull = parsed.GetValue(_baud) is not null, StartsInsideALine = parsed.GetValue(_baud) is not null };
        await using var client = await MqttClients.ConnectAsync(with.Configure().Broker.Client, _login.Read(parsed) with { ClientId = $"melt-bridge-{options.Meter.Device}-{options.Meter.Name}", CleanStart = true }, with.Time, signals.Stop);
        Surroundings.Remark($"melt sensors bridge reads {(parsed.GetValue(_from) == "-" ? "standard input" : parsed.GetValue(_from))} as {options.Meter}");
        using var over = new CancellationTokenSource();
        var running = new CsvBridge(client, options, with.Time, Surroundings.Remark);
        var answering = new ClockAgent(client, options.Meter.Device, name => name == options.Meter.Name ? running.Clock : null).RunAsync(over.Token);
        var summary = await running.RunAsync(input.Open, signals.Stop);
        await over.CancelAsync();
        await answering;
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(ToldBridge.Of(summary), BridgeJson.Default.ToldBridge));
        else Surroundings.Remark(summary.ToString());
        if (summary.Unacknowledged > 0) throw new CommandException($"{summary.Unacknowledged} readings are not known to be stored: the broker did not take them in time");
        if (summary is { Readings: 0, Bad: > 0 }) throw new CommandException($"no line was understood; line {summary.FirstBad!.Line} {summary.FirstBad.Reason}. --csv names the columns and their units.");
        return ExitCode.Done;
    }

    private CsvBridgeOptions Options(ParseResult parsed, HostClock clock, TimeProvider time)
    {
        var meter = MeterArgument.Read(parsed.GetRequiredValue(_meter));
        if (!MeltTopic.TryParse($"melt/v1/{meter}/blocks", out _, out var wrong)) throw new CommandException($"\"{meter}\" is not a meter: {wrong}", ExitCode.Usage);
        var room = parsed.GetValue(_room);
        if (room is < 1 or > 1 << 26) throw new CommandException($"--room: {room} is not between 1 and {1 << 26}", ExitCode.Usage);
        if (parsed.GetValue(_baud) is <= 0) throw new CommandException("--baud asks for a number above 0", ExitCode.Usage);
        CsvLayout? layout = null;
        var (columns, told) = (parsed.GetValue(_csv)!, parsed.GetValue(_time));
        if (columns != "header" && !CsvLayout.TryParse(columns, told, out layout, out var problem)) throw new CommandException($"--csv {columns}{(told is null ? "" : $" --time {told}")}: {problem}", ExitCode.Usage);
        var ofHost = parsed.GetValue(_clock) == "host";
        if (ofHost && (told == "none" || layout is { Time: null })) throw new CommandException("--clock host speaks of a column of times, and there is none", ExitCode.Usage);
        var options = new CsvBridgeOptions
        {
            Meter = meter,
            Layout = layout,
            Time = told,
            Arrival = new(clock.Domain, () => clock.Now),
            Lines = ofHost ? new($"{clock.Domain}-realtime", () => Stamp.From(time.GetUtcNow())) : new($"{meter.Device}-{meter.Name}-{clock.Now.Nanoseconds / 1_000_000:x}", null),
            FirstNumber = clock.Now.Nanoseconds / 1000,
            Room = room,
            Boundary = parsed.GetValue(_boundary),
            About = new()
            {
                Instrument = parsed.GetValue(_instrument),
                Kind = parsed.GetValue(_kind) is { } kind ? Enum.Parse<SensorKind>(kind, ignoreCase: true) : null,
                PeriodSeconds = parsed.GetValue(_period),
                WindowSeconds = parsed.GetValue(_window),
                StampPosition = parsed.GetValue(_window) is null ? null : StampPosition.End,
            },
        };
        // Columns that the first line will name change nothing of the rest.
        if (DescriptionRules.Problem(options.Describe(layout ?? AnyColumn)) is { } impossible) throw new CommandException($"{meter} cannot be described so: {impossible}", ExitCode.Usage);
        return options;
    }
}

internal sealed record ToldBridge(string Meter, long Lines, long Skipped, long Bad, BadLine? FirstBad, long Readings, long Acknowledged, long Unacknowledged, long Lost, long Blocks)
{
    public static ToldBridge Of(BridgeSummary s) => new(s.Meter.ToString(), s.Lines, s.Skipped, s.Bad, s.FirstBad, s.Readings, s.Acknowledged, s.Unacknowledged, s.Lost, s.Blocks);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ToldBridge))]
internal sealed partial class BridgeJson : JsonSerializerContext;
