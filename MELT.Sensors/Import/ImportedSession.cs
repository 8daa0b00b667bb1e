using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Import;

/// <summary>What all formats share: one request that opens named phases, in a session that is flagged <c>imported</c>.</summary>
internal static class ImportedSession
{
    public const string Engine = "imported";

    /// <summary>The content of the files a session is made from; their names and place do not count, their order does.</summary>
    public static string Hash(string format, string part, params ReadOnlySpan<RecordFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{format}\n{part}\n"));
        foreach (var file in files) hash.AppendData(SHA256.HashData(file.Bytes));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static DeviceId Device(string name) => new(new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]));

    /// <summary>The content names experiment and session, so that the same record is the same wherever it is imported.</summary>
    public static (ExperimentId Experiment, SessionId Session) Named(string sha256, int number = 1) =>
        (new($"import-{sha256[..12]}"), new(string.Create(CultureInfo.InvariantCulture, $"import-{sha256[..12]}-{number:00}")));

    public static SessionHeader Header(string name, DeviceId device, string domain, long at, string sha256, IEnumerable<KeyValuePair<string, string>> facts) => new()
    {
        Experiment = Named(sha256).Experiment,
        Session = Named(sha256).Session,
        Name = name,
        PlanSha256 = sha256,
        MeltVersion = typeof(ImportedSession).Assembly.GetName().Version!.ToString(3),
        Device = device,
        ClockDomain = domain,
        At = new Stamp(at),
        Flags = ["imported"],
        WarmupRequests = [],
        Kind = "command",
        Engine = Engine,
        DeviceFacts = facts.ToImmutableSortedDictionary(),
    };

    /// <summary>One request from <paramref name="begin"/> to <paramref name="end"/>, its phases opened by marks.</summary>
    /// <param name="resolution">Of the stamps, nanoseconds.</param>
    public static RecordingEntry Told(string domain, string version, double resolution, long begin, IEnumerable<(long At, string Name)> marks, long end) => new RecordingEntry.Engine(
    [
        new EngineEvent.Ready(new(begin), Engine, version, null, new EngineClock(domain, resolution, 0)),
        new EngineEvent.RequestBegun(new(begin), 0),
        .. marks.Select(m => new EngineEvent.Marked(new(m.At), m.Name)),
        new EngineEvent.Finished(new(end), 0, "end", new RequestTokens(0, 0, 0), null),
    ]);
}
