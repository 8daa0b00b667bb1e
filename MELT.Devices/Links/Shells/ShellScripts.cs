using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Devices.Links.Shells;

/// <summary>
/// The scripts by which a program is run, and ended, through nothing but a shell of the device. A shell stands above the program and
/// reports how it ended, which not every link can tell of a signal; what the shell itself would say to that is thrown away.
/// </summary>
internal static partial class ShellScripts
{
    /// <summary>Begins the line that comes before the program's own output; a login may have written others.</summary>
    public const string Mark = "melt-program";

    /// <summary>The standard error is taken over inside, and by no other way: shells differ in what they hand to a program, and in where they say that one was killed.</summary>
    private static string Program(string variables) => $$"""
        exec 2>&3 3>&-
        {{variables}}
        case $1 in
        */*) [ -f "$1" ] && [ -x "$1" ] ;;
        *) command -v "$1" >/dev/null ;;
        esac || { echo "{{Mark}} missing"; exit 127; }
        echo "{{Mark}} $PPID $$"
        exec "$@"
        """;

    /// <summary>Every process below the one above the program, and those that left the family but not the session. Twenty rounds: new ones may be born meanwhile.</summary>
    private const string End = """
        rounds=$3
        while [ "$rounds" -gt 0 ]; do
            rounds=$((rounds - 1)) family=" $1 " before=''
            while [ "$before" != "$family" ]; do
                before=$family
                for stat in /proc/[0-9]*/stat; do
                    { read -r line <"$stat"; } 2>/dev/null || continue
                    id=${line%% *} line=${line##*') '}
                    state=${line%% *} line=${line#* }
                    parent=${line%% *} line=${line#* }
                    line=${line#* } session=${line%% *}
                    case $state$family in Z* | *" $id "*) continue ;; esac
                    case "$family" in *" $parent "*) family="$family$id " ;; *) [ "$session" != "$1" ] || family="$family$id " ;; esac
                done
            done
            [ "$family" != " $1 " ] || break
            for id in $family; do [ "$id" = "$1" ] || kill "-$2" "$id" 2>/dev/null; done
        done
        """;

    /// <summary>Runs a program below a shell; its first marked line says their numbers, or that there is no such program.</summary>
    public static string Start(LinkCommand command)
    {
        var variables = string.Concat(command.Environment.Select(v => IsName().IsMatch(v.Key)
            ? $"export {v.Key}={ShellText.Quote(v.Value)}\n"
            : throw new LinkException($"'{v.Key}' cannot be the name of an environment variable.")));
        return $"{{ sh -c {ShellText.Quote([Program(variables), "sh", command.Executable, .. command.Arguments])}; }} 3>&2 2>/dev/null; exit $?";
    }

    public static string AskToEnd(int above) => Signal(above, "TERM", rounds: 1);

    public static string Kill(int above) => Signal(above, "KILL", rounds: 20);

    /// <summary>The numbers of a marked line; null when there is no such program; what is not marked says nothing.</summary>
    public static bool TryReadStart(string line, out (int Above, int Program)? started)
    {
        started = null;
        var words = line.Split(' ');
        if (words[0] != Mark) { return false; }
        if (words is not [_, var above, var program]) { return true; }
        started = (int.Parse(above, CultureInfo.InvariantCulture), int.Parse(program, CultureInfo.InvariantCulture));
        return true;
    }

    private static string Signal(int above, string signal, int rounds) =>
        $"sh -c {ShellText.Quote([End, "sh", above.ToString(CultureInfo.InvariantCulture), signal, rounds.ToString(CultureInfo.InvariantCulture)])}; exit $?";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex IsName();
}
