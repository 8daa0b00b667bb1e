using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Import;

/// <summary>What PTDaemon tells of the analyzer and of itself: the interval it was asked for, and whether it vouches for its readings.</summary>
internal sealed partial record PtDaemonLog(string? Instrument, string Version, double? IntervalSeconds, Accuracy? Accuracy)
{
    private const double Limit = 0.01;

    /// <param name="first">Of the run's readings, nanoseconds of the server's clock.</param>
    /// <param name="last">Of the run's readings.</param>
    public static PtDaemonLog Read(RecordFile? log, RecordFile? server, long first, long last)
    {
        var lines = log?.Lines() ?? [];
        var asked = lines.Select(line => Begun().Match(line.Text)).Append(Go().Match(server is null ? "" : System.Text.Encoding.UTF8.GetString(server.Bytes))).FirstOrDefault(m => m.Success);
        double? interval = long.TryParse(asked?.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0 ? milliseconds / 1000.0 : null;
        var identity = lines.Select(line => Identity().Match(line.Text)).FirstOrDefault(m => m.Success);
        var version = lines.Select(line => VersionLine().Match(line.Text)).FirstOrDefault(m => m.Success)?.Groups[1].Value ?? "of unknown version";
        return new(identity is null ? null : $"{identity.Groups[1].Value} {identity.Groups[2].Value}", version, interval, Vouched(lines, version, first, last));
    }

    // It works out an uncertainty for each reading and complains of those above its limit, and of those for which it cannot.
    private static Accuracy? Vouched(IReadOnlyList<Line> lines, string version, long first, long last) =>
        lines.Any(line => line.Text.Contains("Uncertainty checking", StringComparison.Ordinal) && line.Text.Contains("is activated", StringComparison.Ordinal))
        && !lines.Any(line => Complaint().Match(line.Text) is { Success: true } said && line.Moment(said.Groups[1].Value, PtDaemonReadings.TimeFormat) is var at && at >= first && at <= last)
            ? new(Limit, 0, $"SPEC PTDaemon {version} checked the uncertainty of every reading against its limit of 1 % and complained of none in this run (ptd_logs.txt)")
            : null;

    [GeneratedRegex(@"""cmd"": ""Go,(\d+),", RegexOptions.CultureInvariant)]
    private static partial Regex Go();

    [GeneratedRegex(@"Starting untimed measurement, .* samples at (\d+)ms", RegexOptions.CultureInvariant)]
    private static partial Regex Begun();

    [GeneratedRegex(@"Analyzer identity response of \d+ bytes: ([^,]+),([^,]+),", RegexOptions.CultureInvariant)]
    private static partial Regex Identity();

    [GeneratedRegex(@"^ *Version (\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{3}): .*uncertainty", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Complaint();
}
