using MELT.Devices.Links;

namespace MELT.Devices.Preparation;

/// <summary>What a program of the device answered, trimmed; or why it gave no answer.</summary>
internal sealed record ShellAnswer(string Text, StepRefusal? Refusal);

/// <summary>
/// Runs short programs on a device for the steps. The device's shell looks for them, so that one that is missing is an exit code and only
/// a link that has died is an exception.
/// </summary>
internal sealed class DeviceShell(ILink link, DevicePlatform platform)
{
    private const int NotFound = 127, NoRoot = 86;

    private const string Plain = """exec "$@" """;

    private const string WithSudo = """
        [ "$(id -u)" = 0 ] && exec "$@"
        command -v sudo >/dev/null 2>&1 || { echo 'there is no sudo' >&2; exit 86; }
        exec sudo -n -- "$@"
        """;

    // Magisk's su takes one string after -c; that of Android's debug builds takes a user and words.
    private const string WithSu = """
        words=$1; shift
        [ "$(id -u)" = 0 ] && exec "$@"
        command -v su >/dev/null 2>&1 || { echo 'there is no su' >&2; exit 86; }
        su -c true </dev/null >/dev/null 2>&1 && exec su -c "$words"
        su 0 true </dev/null >/dev/null 2>&1 && exec su 0 "$@"
        echo 'su refuses' >&2; exit 86
        """;

    /// <summary>What it wrote, when it succeeded.</summary>
    public async Task<ShellAnswer> AskAsync(CancellationToken stop, params string[] words) =>
        Answer(words, await link.RunAsync(new("sh", ["-c", Plain, "sh", .. words]), stop));

    /// <summary>Null when it succeeded.</summary>
    public async Task<StepRefusal?> TellAsync(CancellationToken stop, params string[] words) => (await AskAsync(stop, words)).Refusal;

    /// <summary>As root: as who we are if that is root, else by <c>sudo -n</c> or, on Android, <c>su</c>. The input is what the program reads.</summary>
    public async Task<ShellAnswer> AskRootAsync(string? input, CancellationToken stop, params string[] words)
    {
        string[] given = platform == DevicePlatform.Android ? [Feed(input, WithSu), "sh", string.Join(' ', words.Select(Quote)), .. words] : [Feed(input, WithSudo), "sh", .. words];
        var ran = await link.RunAsync(new("sh", ["-c", .. given]), stop);
        return IsDenied(ran) ? new("", NeedsRoot(words, ran.Complaint)) : Answer(words, ran);
    }

    private static string Feed(string? input, string script) => input is null ? script : $"printf '%s\\n' {Quote(input)} | {{\n{script}\n}}";

    private static string Quote(string word) => $"'{word.Replace("'", """'\''""", StringComparison.Ordinal)}'";

    private static bool IsDenied(LinkOutput ran) =>
        ran.Exit.Code == NoRoot || (!ran.Succeeded && ran.Error.TrimStart() is var said
            && (said.StartsWith("sudo:", StringComparison.Ordinal) || said.Contains("is not allowed to execute", StringComparison.Ordinal)));

    private StepRefusal NeedsRoot(string[] words, string complaint) => StepRefusal.NotPossible(platform == DevicePlatform.Android
        ? $"{Deed(words)} needs root, and {OneLine(complaint)}: root the phone and allow the shell to use su, or leave the wish out"
        : $"{Deed(words)} needs root, and {OneLine(complaint)}: let this user run '{words[0]}' by sudo without a password, or log in as root");

    private static string Deed(string[] words) => words is ["tee", var file] ? $"writing {file}" : $"'{words[0]}'";

    private static ShellAnswer Answer(string[] words, LinkOutput ran)
    {
        // Older Androids write what they refuse to where the answer goes, and exit with 0.
        var forbidden = (ran.Error + ran.Output) is var said && (said.Contains("SecurityException", StringComparison.Ordinal) || said.Contains("Permission denial", StringComparison.OrdinalIgnoreCase));
        StepRefusal? refusal = ran.Exit.Code == NotFound ? StepRefusal.NotPossible($"the device has no '{words[0]}'")
            : forbidden ? StepRefusal.NotPossible($"'{string.Join(' ', words)}' is not allowed: {OneLine(ran.Complaint)}")
            : ran.Succeeded ? null
            : StepRefusal.Failed($"'{string.Join(' ', words)}' failed: {OneLine(ran.Complaint)}");
        return new(ran.Output.Trim(), refusal);
    }

    private static string OneLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(text);
}
