using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using MELT.Devices.Time;
using MELT.Host.Configuration;
using MELT.Host.Sniffing;
using MELT.Sensors.Decoding;
using MELT.Sensors.Decoding.Payloads;
using MELT.Sensors.Topics;

namespace MELT.Host.Commands;

/// <summary><c>melt sensors test</c>: decodes a captured payload by a format, by an entry of sensors.conf, or finds out which formats fit.</summary>
internal sealed class SensorsTestCommand
{
    private readonly Argument<string?> _by = new("by") { Description = "Format, or entry of sensors.conf; without it the formats that fit are listed", HelpName = "RULE-OR-FORMAT", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _file = new("file") { Description = "File of the payload; - or none: standard input", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _topic = new("--topic") { Description = "Topic it came on; some formats and every rule look at it", HelpName = "T" };
    private readonly Option<bool> _hex = new("--hex") { Description = "The payload is written in hexadecimal" };

    public static Command Create(SharedOptions shared)
    {
        var test = new SensorsTestCommand();
        var command = new Command("test", "Decode a captured payload, by a format or by an entry of sensors.conf, and show what becomes of every field") { test._by, test._file, test._topic, test._hex };
        command.SetAction((parsed, stop) => Failure.GuardAsync(() => test.RunAsync(parsed, new Surroundings(parsed, shared), stop)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings with, CancellationToken stop)
    {
        var rules = SensorsReader.Load(with.SensorSources).OrThrow().Rules;
        var (by, file) = (parsed.GetValue(_by), parsed.GetValue(_file));
        // A lone argument that names neither may be the file.
        if (by is not null && file is null && PayloadFormats.Find(by) is null && rules.All(r => r.Name != by) && (by == "-" || File.Exists(by))) (by, file) = (null, by);
        var rule = rules.FirstOrDefault(r => r.Name == by);
        var format = by is null ? null : PayloadFormats.Find(rule?.Format ?? by) ?? throw new CommandException(
            $"\"{by}\" is neither an entry of sensors.conf{(rules.IsEmpty ? "" : $" ({string.Join(", ", rules.Select(r => r.Name))})")} nor a format ({string.Join(", ", PayloadFormats.All.Select(f => f.Name))}).", ExitCode.Usage);
        var payload = await ReadAsync(file, parsed.GetValue(_hex), stop);
        var (topic, arrived) = (parsed.GetValue(_topic) ?? (rule is null ? "test" : Example(rule.Topic)), HostClock.Start(with.Time).Now);
        var document = format is null ? Recognised(topic, payload, arrived) : Decoded(rule, format, topic, payload, arrived);
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(document, SniffedJson.Default.TestedDocument));
        else foreach (var line in Lines(document)) Surroundings.Say(line);
        return document.Understood ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<byte[]> ReadAsync(string? file, bool hex, CancellationToken stop)
    {
        if (file is not null and not "-" && !File.Exists(file)) throw new CommandException($"{file}: there is no such file.", ExitCode.Usage);
        if (file is null && !Console.IsInputRedirected) throw new CommandException("which payload? Name a file, or send it on standard input.", ExitCode.Usage);
        var bytes = new MemoryStream();
        await using (var from = file is null or "-" ? Console.OpenStandardInput() : File.OpenRead(file)) await from.CopyToAsync(bytes, stop);
        if (!hex) return bytes.ToArray();
        var text = string.Concat(System.Text.Encoding.UTF8.GetString(bytes.ToArray()).Where(c => !char.IsWhiteSpace(c) && c is not ':'));
        try { return Convert.FromHexString(text); }
        catch (FormatException e) { throw new CommandException($"--hex: {e.Message}", ExitCode.Usage); }
    }

    private static TestedDocument Recognised(string topic, byte[] payload, Stamp arrived)
    {
        ImmutableArray<SniffedFormat> fits = [.. PayloadFormats.Recognise(topic, payload, arrived).Select(p => new SniffedFormat(p.Format.Name, p.Evidence.Sentence, 1, 0, null))];
        if (fits.IsEmpty) return new(null, null, false, [], [], [new(Rejection.Shape, "no format fits this payload on this topic; a topic may help (--topic)")], []);
        var best = Decoded(null, PayloadFormats.Find(fits[0].Format)!, topic, payload, arrived);
        return best with { Fits = fits };
    }

    private static TestedDocument Decoded(SensorRule? rule, IPayloadFormat format, string topic, byte[] payload, Stamp arrived)
    {
        var told = new TestedDocument(format.Name, rule?.Name, false, [], [], [], []);
        if (rule is not null && new SensorMap([rule]).Find(topic) is { IsEmpty: true }) return told with { Rejections = [new(Rejection.Shape, $"the topic {topic} is not one of {rule.Topic}")] };
        if (format.Decode(new(topic, payload, arrived), null) is not PayloadResult.Decoded decoded) return told with { Rejections = [((PayloadResult.Rejected)format.Decode(new(topic, payload, arrived), null)).Reason] };
        told = told with { Understood = true, Fields = [.. decoded.Fields.Select(f => new TestedField(f.Path, f.Value.ToString(), f.Unit, f.At?.Nanoseconds, f.Historical))], Rejections = decoded.Skipped };
        if (rule is null) return told;
        var match = new SensorMap([rule]).Find(topic)[0];
        var reading = RuleReader.Read(match, decoded.Fields, arrived);
        return told with
        {
            Understood = !reading.Blocks.IsEmpty,
            Rejections = [.. decoded.Skipped, .. reading.Rejections, .. reading.IsEmpty ? [new Rejection(Rejection.Shape, $"no field is one of {string.Join(", ", rule.Channels.Select(c => c.Path))}")] : ImmutableArray<Rejection>.Empty],
            Readings =
            [
                .. from block in reading.Blocks
                   from i in Enumerable.Range(0, block.Count)
                   from column in block.Columns
                   select new TestedReading(match.Meter.ToString(), column.Channel, column[i], reading.Channels.FirstOrDefault(c => c.Name == column.Channel)?.Unit, block.Stamps[i], block.StampedOnArrival),
            ],
        };
    }

    private static IEnumerable<string> Lines(TestedDocument tested)
    {
        foreach (var fit in tested.Fits) yield return $"{fit.Format}: {fit.Why}";
        if (tested.Rule is null)
            foreach (var field in tested.Fields) yield return $"{field.Path} = {field.Value}{(field.Unit is null ? "" : $" {field.Unit}")}{At(field.AtNs, false)}{(field.Historical ? "  historical" : "")}";
        foreach (var reading in tested.Readings) yield return FormattableString.Invariant($"{reading.Meter} {reading.Channel} = {reading.Value:R} {reading.Unit ?? "(unit unknown: in no metric)"}{At(reading.AtNs, reading.OnArrival)}");
        foreach (var rejection in tested.Rejections) yield return $"rejected ({rejection.Code}): {rejection.Text}";
    }

    private static string At(long? nanoseconds, bool arrival) => nanoseconds is not { } at ? "" : arrival ? "  stamped on arrival" : $"  at {new Stamp(at).ToDateTimeOffset():yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}";

    /// <summary>A topic that the pattern fits: its named levels by their names.</summary>
    private static string Example(string pattern) => string.Join('/', pattern.Split('/').Select(l => l switch { "#" or "+" => "any", ['+', .. var name] => name, _ => l }));
}
