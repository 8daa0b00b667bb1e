using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Sensors.Import.Original;

/// <summary>The files of <c>melt_measurements</c> by iteration and conversation; iterations of two digits too, which the original's own report overlooks (B10).</summary>
internal sealed partial class MeasurementFiles
{
    public const string Folder = "melt_measurements";
    private readonly string _folder;
    private readonly HashSet<string> _names;

    public MeasurementFiles(string run)
    {
        _folder = Path.Combine(run, Folder);
        _names = Directory.Exists(_folder) ? [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)!)] : [];
    }

    /// <summary>Iterations with an app's records, in order.</summary>
    public ImmutableArray<(int Iteration, string Path)> Iterations => [.. _names.Select(n => (Match: Records().Match(n), Name: n)).Where(n => n.Match.Success)
        .Select(n => (Number(n.Match, 1), At(n.Name))).OrderBy(n => n.Item1)];

    /// <summary>Conversations with a controller's windows, in order.</summary>
    public ImmutableArray<(int Iteration, int Conversation, string Path)> Conversations => [.. _names.Select(n => (Match: Windows().Match(n), Name: n)).Where(n => n.Match.Success)
        .Select(n => (Number(n.Match, 1), Number(n.Match, 2), At(n.Name))).OrderBy(n => (n.Item1, n.Item2))];

    /// <summary>Files that no reader of this folder knows.</summary>
    public IEnumerable<string> Unknown => _names.Where(n => !Known().IsMatch(n)).Order(StringComparer.Ordinal).Select(At);

    public string? Events(int iteration, int conversation, string extension) => Existing($"measurements_iter{iteration}_conv{conversation}.{extension}");
    public string? Timings(int iteration, int conversation) => Existing($"measurements_iter{iteration}_timing_conv{conversation}.csv");
    public string? Terminal(int iteration, int conversation) => Existing($"llm_output_iter{iteration}_conv{conversation}.txt");
    public string? Beside(int iteration, string what, string extension) => Existing($"measurements_iter{iteration}_{what}.{extension}");

    private string? Existing(FormattableString name) => FormattableString.Invariant(name) is var plain && _names.Contains(plain) ? At(plain) : null;
    private string At(string name) => Path.Combine(_folder, name);
    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^measurements_iter(\d{1,6})\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex Records();

    [GeneratedRegex(@"^measurements_iter(\d{1,6})_conv(\d{1,6})\.csv$", RegexOptions.CultureInvariant)]
    private static partial Regex Windows();

    [GeneratedRegex(@"^(measurements_iter\d+(_thermals)?\.json|measurements_iter\d+(_timing)?_conv\d+\.csv|measurements_iter\d+_conv\d+\.tsv|llm_output_iter\d+_conv\d+\.txt)$", RegexOptions.CultureInvariant)]
    private static partial Regex Known();
}
