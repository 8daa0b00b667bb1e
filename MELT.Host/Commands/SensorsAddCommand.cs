using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Host.Configuration;
using MELT.Host.Sniffing;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Meters;
using MELT.Sensors.Topics;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors add TOPIC</c>: listens until it has seen enough, proposes an entry with its evidence, and after one yes writes it into <c>sensors.conf</c>.</summary>
internal sealed class SensorsAddCommand
{
    private const int Enough = 5;

    private readonly Argument<string> _topic = new("topic") { Description = "Topic, or filter whose levels may be named: tele/+device/SENSOR", HelpName = "TOPIC" };
    private readonly Option<string?> _name = Text("--name", "Name of the entry", "N");
    private readonly Option<string?> _device = Text("--device", "What the sensor watches", "D");
    private readonly Option<string?> _meter = Text("--meter", "Name of the meter", "M");
    private readonly Option<string?> _format = Text("--format", "How payloads are written; sniff names the formats", "F");
    private readonly Option<string[]> _path = new("--path") { Description = "Take this field; may be given several times", HelpName = "P" };
    private readonly Option<string?> _unit = Text("--unit", "Unit of the field", "U");
    private readonly Option<string?> _quantity = Text("--quantity", "What it measures, where no unit says it", "Q");
    private readonly Option<string?> _boundary = Text("--boundary", "cell, battery-terminals, dc-in, wall-ac, board, package or rail", "B");
    private readonly Option<string?> _kind = Text("--kind", "instantaneous, averaged or accumulated", "K");
    private readonly Option<string?> _sign = Text("--sign", "- where it counts the other way round", "+|-");
    private readonly Option<string?> _scale = Text("--scale", "value = scale × field", "S");
    private readonly Option<string?> _clock = Text("--clock", "Domain of the times in the payload; \"arrival\" to stamp on arrival", "DOMAIN");
    private readonly Option<string?> _instrument = Text("--instrument", "Entry of instruments.conf, or free text; \"none\" for none", "I");
    private readonly Option<string?> _accuracy = Text("--accuracy", "Such as \"1 % + 0.1 W, data sheet 2024\"", "A");
    private readonly Option<string?> _period = Text("--period", "Time between readings, such as 10s", "T");
    private readonly Option<string?> _vouched = Text("--vouched", "Who saw the reading move with the load", "WHO");
    private readonly Option<double> _seconds = new("--seconds") { Description = "Listen so long, or until five messages came", HelpName = "N", DefaultValueFactory = _ => 30 };
    private readonly Option<string?> _broker = Text("--broker", "Listen to this broker (default: melt.broker.url, else MELT's own where it has a port)", "mqtt://HOST:PORT");
    private readonly Option<bool> _yes = new("--yes") { Description = "Write without asking" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Replace the entry of this name" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would be written" };

    public static Command Create(SharedOptions shared)
    {
        var add = new SensorsAddCommand();
        var command = new Command("add", "Propose an entry of sensors.conf for a topic, from what it publishes, and write it after one yes")
        {
            add._topic, add._name, add._device, add._meter, add._format, add._path, add._unit, add._quantity, add._boundary, add._kind, add._sign, add._scale, add._clock,
            add._instrument, add._accuracy, add._period, add._vouched, add._seconds, add._broker, add._yes, add._replace, add._dryRun,
        };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => add.RunAsync(parsed, new Surroundings(parsed, shared), stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with, CancellationToken stop)
    {
        var (yes, dry) = (parsed.GetValue(_yes), parsed.GetValue(_dryRun));
        if (!yes && !dry && (Console.IsInputRedirected || with.Json)) throw new CommandException("nobody is there to be asked: --yes writes the entry without asking, --dry-run only shows it.", ExitCode.Usage);
        var topic = parsed.GetRequiredValue(_topic);
        if (!TopicPattern.TryParse(topic, out var pattern, out var problem)) throw new CommandException($"\"{topic}\" {problem}.", ExitCode.Usage);
        var said = Said(parsed);
        if (parsed.GetValue(_format) is { } format && PayloadFormats.Find(format) is null) throw new CommandException($"\"{format}\" is no format; there are {string.Join(", ", PayloadFormats.All.Select(f => f.Name))}.", ExitCode.Usage);
        var sources = with.SensorSources;
        var rules = SensorsReader.Load(sources).OrThrow().Rules;

        var seen = await ListenAsync(parsed, with, pattern, stop);
        var taken = parsed.GetValue(_replace) ? [] : rules.Select(r => r.Name);
        var proposal = SensorProposals.For(seen, pattern, taken) ?? Unheard(parsed, said, pattern, seen);
        var richest = SniffedPage.Richest(seen, proposal);
        proposal = proposal with { Rule = said.Apply(proposal.Rule, SniffedPage.Format(richest, proposal.Rule)) };
        if (SensorRuleProblems.Of(proposal.Rule).ToArray() is { Length: > 0 } problems) throw new CommandException($"this cannot be an entry: {string.Join("; ", problems.Select(p => $"{p.Key} {p.Text}".TrimStart()))}.", ExitCode.Usage);
        var exists = rules.Any(r => r.Name == proposal.Rule.Name);
        if (exists && !parsed.GetValue(_replace)) throw new CommandException($"there is an entry \"{proposal.Rule.Name}\" already; choose another --name, or --replace it.", ExitCode.Usage);

        var file = SensorsFile.Of(sources);
        var instruments = with.Instruments();
        if (!with.Json)
        {
            if (richest is not null) foreach (var line in SniffedPage.Fields(richest).Prepend(SniffedPage.Heading(richest))) Surroundings.Say(line);
            foreach (var line in SniffedPage.Evidence(proposal, richest, instruments)) Surroundings.Say(line);
        }
        foreach (var other in proposal.Topics.SelectMany(t => new SensorMap(rules).Find(t)).Select(m => m.Rule.Name).Distinct().Where(n => n != proposal.Rule.Name)) Surroundings.Remark($"\"{other}\" reads this topic too");
        var added = !dry && (yes || Asked(file.FullPath));
        if (added && await file.AddAsync(proposal.Rule, exists, sources) is { Count: > 0 } refused) throw new CommandException(string.Join(Environment.NewLine + "melt: ", refused));
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(new AddedDocument(added, file.FullPath, SniffedProposal.Of(proposal, SniffedPage.Format(richest, proposal.Rule), instruments)), SniffedJson.Default.AddedDocument));
        else Surroundings.Say(added ? $"added \"{proposal.Rule.Name}\" to {file.FullPath}" : $"nothing was written{(dry ? $"; without --dry-run it would be added to {file.FullPath}" : "")}");
        return added || dry ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Until a topic has told enough, or time is up.</summary>
    private async Task<DiscoverySummary> ListenAsync(ParseResult parsed, Surroundings with, TopicPattern pattern, CancellationToken stop)
    {
        var discovery = new SensorDiscovery(parsed.GetValue(_format));
        var seconds = SensorsSniffCommand.Seconds(parsed.GetValue(_seconds));
        if (seconds == TimeSpan.Zero) return discovery.Tell();
        var source = BrokerSource.Of(with.Configure(("melt.broker.url", parsed.GetValue(_broker))).Broker, pattern.Filter, with.Time);
        var live = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var message in source.ListenAsync(seconds, stop))
        {
            discovery.Take(message.Topic, message.Payload.Span, message.Arrived, message.Retained);
            if (message.Retained || (live.Count >= DiscoveryLimits.MostTopics && !live.ContainsKey(message.Topic))) continue;
            if ((live[message.Topic] = live.GetValueOrDefault(message.Topic) + 1) == Enough) break;
        }
        stop.ThrowIfCancellationRequested();
        return discovery.Tell();
    }

    /// <summary>Of a sensor that is silent: only what was said of it.</summary>
    private SensorProposal Unheard(ParseResult parsed, RuleOverrides said, TopicPattern pattern, DiscoverySummary seen)
    {
        if (seen.Topics.FirstOrDefault(t => t.Messages > 0) is { } odd) throw new CommandException($"{Words(odd)} and {(parsed.GetValue(_format) is { } f ? $"none is {f}" : "no format fits")}: the first begins with \"{odd.Sample}\".");
        if (parsed.GetValue(_format) is not { } format || (said.Paths.Count == 0 && format != "bare"))
            throw new CommandException($"nothing came on {pattern.Filter}. See whether it publishes (melt sensors sniff), listen longer with --seconds, or say --format and --path yourself.");
        var name = said.Name ?? said.Meter ?? throw new CommandException("nothing came that could name it: give it a --name.", ExitCode.Usage);
        return new(new SensorRule(name, pattern.Text, format) { Channels = [new ChannelRule { Path = BareFormat.Path, Name = pattern.Captures("channel") ? null : BareFormat.Path }] }, [],
            [new("topic", "nothing came on it: the entry says what you said, and nothing more", Sureness.Stated)]);
    }

    private static string Words(TopicSummary topic) => string.Create(CultureInfo.InvariantCulture, $"{topic.Messages} messages came on {topic.Topic}");

    private RuleOverrides Said(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(_name),
        Device = parsed.GetValue(_device),
        Meter = parsed.GetValue(_meter),
        Instrument = parsed.GetValue(_instrument),
        Boundary = parsed.GetValue(_boundary),
        Unit = parsed.GetValue(_unit),
        Quantity = parsed.GetValue(_quantity),
        Clock = parsed.GetValue(_clock),
        Vouched = parsed.GetValue(_vouched),
        Accuracy = parsed.GetValue(_accuracy),
        Paths = parsed.GetValue(_path) ?? [],
        Kind = parsed.GetValue(_kind) switch
        {
            null => null,
            "instantaneous" => SensorKind.Instantaneous,
            "averaged" => SensorKind.Averaged,
            "accumulated" => SensorKind.Accumulated,
            var other => throw new CommandException($"--kind {other}: it is instantaneous, averaged or accumulated.", ExitCode.Usage),
        },
        Negative = parsed.GetValue(_sign) switch
        {
            null => null,
            "+" => false,
            "-" or "−" => true,
            var other => throw new CommandException($"--sign {other}: it is + or -.", ExitCode.Usage),
        },
        Scale = parsed.GetValue(_scale) is not { } scale ? null : ExactDecimal.TryParse(scale, out var exact) && exact.Mantissa != 0 ? exact : throw new CommandException($"--scale {scale}: it is a decimal number other than 0.", ExitCode.Usage),
        Period = parsed.GetValue(_period) is not { } period ? null : HoconScalars.TryDuration(period, out var length) && length > TimeSpan.Zero ? length : throw new CommandException($"--period {period}: write a duration with its unit, such as 10s or 100ms.", ExitCode.Usage),
    };

    private static bool Asked(string file)
    {
        Console.Error.Write($"Add it to {file}? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}
