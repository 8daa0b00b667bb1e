using System.Text.RegularExpressions;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>The options that a llama.cpp program understands, read from its own <c>--help</c>: they change from version to version.</summary>
public sealed partial class LlamaHelp(string text)
{
    private readonly string[] _lines = text.Split('\n');

    public bool Has(string option) => Line(option) is not null;

    /// <summary>Whether the word is anywhere in the help.</summary>
    public bool HasWord(string word) => text.Contains(word, StringComparison.Ordinal);

    /// <summary>How it wants to be told a setting that is on or off: by the option alone (false), or by a word after it.</summary>
    public (string On, string Off)? Words(string option) => Line(option) is not { } line ? null
        : line.Contains("on|off", StringComparison.Ordinal) ? ("on", "off")
        : line.Contains("<0|1>", StringComparison.Ordinal) ? ("1", "0")
        : null;

    /// <summary>The settings that were asked for as arguments of this program. What it has no option for is named in <paramref name="missing"/>.</summary>
    public IReadOnlyList<string> Arguments(EngineSettings settings, out IReadOnlyList<string> missing)
    {
        var (arguments, absent) = (new List<string>(), new List<string>());
        Number("-t", settings.Threads);
        Number("-c", settings.ContextTokens);
        Number("-b", settings.BatchTokens);
        Number("-ngl", settings.GpuLayers);
        if (settings.FlashAttention is { } flash && Known("-fa"))
        {
            if (Words("-fa") is { } words) { arguments.AddRange(["-fa", flash ? words.On : words.Off]); }
            else if (flash) { arguments.Add("-fa"); }
        }
        if (settings.KvType is { } type && Known("-ctk")) { arguments.AddRange(["-ctk", type, "-ctv", type]); }
        Memory(settings.Mmap, settings.Mlock);
        if (settings.ProfileOperators == true) { absent.Add("profile_operators"); }
        missing = absent;
        return arguments;

        void Number(string option, int? value)
        {
            if (value is { } number && Known(option)) { arguments.AddRange([option, number.ToString(System.Globalization.CultureInfo.InvariantCulture)]); }
        }

        bool Known(string option)
        {
            if (Has(option)) { return true; }
            absent.Add(option);
            return false;
        }

        void Memory(bool? mmap, bool? mlock)
        {
            if (mmap is null && mlock is null) { return; }
            if (Has("--load-mode"))
            {
                arguments.AddRange(["--load-mode", (mmap, mlock) switch { (false, true) => "mlock", (false, _) => "none", (_, true) => "mmap+mlock", _ => "mmap" }]);
                return;
            }
            if (Words("-mmp") is { } words && mmap is { } mapped) { arguments.AddRange(["-mmp", mapped ? words.On : words.Off]); }
            else if (mmap == false && Known("--no-mmap")) { arguments.Add("--no-mmap"); }
            if (mlock == true && Known("--mlock")) { arguments.Add("--mlock"); }
        }
    }

    private string? Line(string option) => Array.Find(_lines, line => Options(line).Contains(option));

    // Options stand at the beginning of a line, before the first wide gap or the description.
    private static IEnumerable<string> Options(string line) =>
        OptionWord().Match(line) is not { Success: true } match ? [] : match.Value.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith('-'));

    [GeneratedRegex(@"^\s*-[-\w]+(?:[, ]\s*-{1,2}[-\w]+)*", RegexOptions.CultureInvariant)]
    private static partial Regex OptionWord();
}
