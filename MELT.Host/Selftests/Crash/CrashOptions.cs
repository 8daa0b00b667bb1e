namespace MELT.Host.Selftests.Crash;

/// <summary>What is asked of a crash test.</summary>
/// <param name="Seed">Fixes the kill points that are drawn and the messages; when a kill strikes is the machine's doing.</param>
/// <param name="Out">Where ledger and journal stay; null: a temporary folder, kept only when something is wrong.</param>
internal sealed record CrashOptions(int Kills, string Journal, int Seed, string? Sabotage, string? Out);
