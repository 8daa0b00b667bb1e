namespace MELT.Host.Selftests.Failover;

/// <summary>What is asked of a failover test.</summary>
/// <param name="Seed">Fixes who is struck and the rests between; what a node does at that moment is the machine's doing.</param>
/// <param name="Out">Where everything observed stays; null: a temporary folder, kept only when something is wrong.</param>
internal sealed record FailoverOptions(int Nodes, int Kills, int Pauses, int Seed, string? Out)
{
    public int Strikes => Kills + Pauses;
}
