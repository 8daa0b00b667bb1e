using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MELT.Host.Configuration;
using MELT.Host.Sniffing;
using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using MELT.Sensors.Mqtt;
using MELT.Sensors.Topics;
using Spectre.Console;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors sniff</c>: listens to a broker as a guest and shows the topics that no rule knows, with what they seem to be and why.</summary>
internal sealed class SensorsSniffCommand
{
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(500);

    private readonly Argument<string> _filter = new("filter") { Description = "Topic filter to listen to (default: every topic)", HelpName = "FILTER", DefaultValueFactory = _ => "#" };
    private readonly Option<string?> _broker = new("--broker") { Description = "Listen to this broker (default: melt.broker.url, else MELT's own where it has a port)", HelpName = "mqtt://HOST:PORT" };
    private readonly Option<bool> _kept = new("--kept") { Description = "Look at what the data folder kept of unknown topics instead of listening" };
    private readonly Option<double?> _seconds = new("--seconds") { Description = "End after so long (default: at Ctrl-C)", HelpName = "N" };

    public static Command Create(SharedOptions shared)
    {
        var sniff = new SensorsSniffCommand();
        var command = new Command("sniff", "Listen to a broker and show topics that no rule knows: rate, fields, and what they seem to be, with the evidence") { sniff._filter, sniff._broker, sniff._kept, sniff._seconds };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => sniff.RunAsync(parsed, new Surroundings(parsed, shared), stop)));
        return command;
    }

    /// <summary>How long to listen; a number that is none is wrong usage.</summary>
    public static TimeSpan Seconds(double seconds) => double.IsFinite(seconds) && seconds is >= 0 and <= 86_400 ? TimeSpan.FromSeconds(seconds) : throw new CommandException("--seconds asks for a number from 0 to 86400.", ExitCode.Usage);

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with, CancellationToken stop)
    {
        var filter = parsed.GetRequiredValue(_filter);
        if (!TopicFilter.IsValid(filter)) throw new CommandException($"\"{filter}\" is no topic filter: + fills a whole level, # stands last and alone.", ExitCode.Usage);
        var configuration = with.Configure(("melt.broker.url", parsed.GetValue(_broker)));
        var kept = parsed.GetValue(_kept);
        IMessageSource source = kept ? new KeptSource(SensorsSetting.KeptIn(with.DataFolder, configuration.Sensors), filter) : BrokerSource.Of(configuration.Broker, filter, with.Time);
        var rules = SensorsReader.Load(with.SensorSources).OrThrow();
        var instruments = with.Instruments();
        TimeSpan? length = parsed.GetValue(_seconds) is { } seconds ? Seconds(seconds) : null;
        var heard = new Heard(new SensorMap(rules.Rules));
        if (kept || with.Json || Console.IsOutputRedirected) await PlainAsync(source, heard, length, stop);
        else await LiveAsync(source, heard, with, length, stop);

        var seen = heard.Discovery.Tell();
        var proposals = SensorProposals.Of(seen, rules.Rules.Select(r => r.Name));
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(SniffedDocument.Of(source.Name, filter, seen, heard.Known, proposals, instruments), SniffedJson.Default.SniffedDocument));
        else
        {
            foreach (var line in SniffedPage.Lines(seen, proposals, instruments)) Surroundings.Say(line);
            Surroundings.Say(string.Create(CultureInfo.InvariantCulture, $"{seen.Topics.Length} topics that no rule knows at {source.Name}; {heard.Known} of {seen.Messages + heard.Known} messages were of known ones."));
        }
        return ExitCode.Done;
    }

    /// <summary>A line for every topic as it appears, on standard error.</summary>
    private static async Task PlainAsync(IMessageSource source, Heard heard, TimeSpan? length, CancellationToken stop)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var message in source.ListenAsync(length, stop))
            if (heard.Take(message) && told.Count < DiscoveryLimits.MostTopics && told.Add(message.Topic)) Surroundings.Remark($"unknown topic {message.Topic}");
    }

    private static async Task LiveAsync(IMessageSource source, Heard heard, Surroundings with, TimeSpan? length, CancellationToken stop) =>
        await with.Output.Live(SniffedTable.Of(heard.Discovery.Tell(), source.Name)).AutoClear(true).StartAsync(async context =>
        {
            var drawn = with.Time.GetTimestamp();
            await foreach (var message in source.ListenAsync(length, stop))
            {
                heard.Take(message);
                if (with.Time.GetElapsedTime(drawn) < BetweenDrawings) continue;
                context.UpdateTarget(SniffedTable.Of(heard.Discovery.Tell(), source.Name));
                drawn = with.Time.GetTimestamp();
            }
        });

    /// <summary>Tells apart what is known: MELT's own tree, and what rules read.</summary>
    private sealed class Heard(SensorMap map)
    {
        public SensorDiscovery Discovery { get; } = new();
        public long Known { get; private set; }

        /// <summary>True: of a topic that nobody described.</summary>
        public bool Take(HeardMessage message)
        {
            if (message.Topic.StartsWith('$') || message.Topic.StartsWith("melt/", StringComparison.Ordinal) || !map.Find(message.Topic).IsEmpty)
            {
                Known++;
                return false;
            }
            Discovery.Take(message.Topic, message.Payload.Span, message.Arrived, message.Retained);
            return true;
        }
    }
}
