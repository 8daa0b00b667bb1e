namespace MELT.Host.Selftests.Crash;

/// <summary>What is wrong with a journal that a crash test must find out. Nothing but that test ever opens such a journal.</summary>
internal enum Sabotage
{
    None,
    /// <summary>Answers before the commit.</summary>
    EarlyAck,
    /// <summary>Now and then answers and writes nothing.</summary>
    SkipCommit,
    /// <summary>Now and then writes the same events twice.</summary>
    DoubleWrite,
}

/// <summary>Their names on the command line.</summary>
internal static class Sabotages
{
    private static readonly Dictionary<string, Sabotage> ByName = new() { ["early-ack"] = Sabotage.EarlyAck, ["skip-commit"] = Sabotage.SkipCommit, ["double-write"] = Sabotage.DoubleWrite };

    public static string[] Names => [.. ByName.Keys];

    public static Sabotage Of(string? name) => name is null ? Sabotage.None : ByName[name];
}
