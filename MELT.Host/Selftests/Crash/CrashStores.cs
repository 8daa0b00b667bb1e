using MELT.Host.Commands;

namespace MELT.Host.Selftests.Crash;

/// <summary>Journals that a crash test can be run on, by their names on the command line.</summary>
internal static class CrashStores
{
    public const string Sqlite = "sqlite";

    /// <summary>What of the name may be shown: never a password.</summary>
    public static string NameOf(string journal) => journal;

    public static ICrashStore Open(string journal, string folder) => journal switch
    {
        Sqlite => new SqliteCrashStore(folder),
        _ => throw new CommandException($"--journal: \"{journal}\" is not a journal that can be tested; {Sqlite} is", ExitCode.Usage),
    };
}
