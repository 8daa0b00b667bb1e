namespace MELT.Devices.Inference;

/// <summary>The pattern of an <see cref="EngineCommand.Exercise"/>: stretches of load between stretches of rest, nanoseconds after its beginning.</summary>
public static class LoadPattern
{
    /// <summary>More chips, or more time, is a slip of the pen.</summary>
    private const int MostChips = 10_000;
    private const double MostSeconds = 600, ShortestChip = 0.001;

    /// <summary>Null, with a reason, for what is no pattern.</summary>
    public static IReadOnlyList<(long Begin, long End)>? Of(EngineCommand.Exercise exercise, out string? reason)
    {
        reason = exercise switch
        {
            { Chips.Length: 0 or > MostChips } or { ChipSeconds: not >= ShortestChip } or { Threads: < 1 } => $"1 to {MostChips} chips of at least {ShortestChip * 1e3} ms on at least one thread",
            _ when exercise.Chips.AsSpan().ContainsAnyExcept('0', '1') => "chips are 0 or 1",
            _ when exercise.Chips.Length * exercise.ChipSeconds > MostSeconds => $"at most {MostSeconds} s",
            _ => null,
        };
        if (reason is not null)
        {
            reason = "An exercise needs " + reason + ".";
            return null;
        }
        var loads = new List<(long Begin, long End)>();
        for (var i = 0; i < exercise.Chips.Length; i++)
        {
            if (exercise.Chips[i] == '0') { continue; }
            var (begin, end) = (At(i), At(i + 1));
            if (loads.Count > 0 && loads[^1].End == begin) { loads[^1] = (loads[^1].Begin, end); }
            else { loads.Add((begin, end)); }
        }
        return loads;

        long At(int chip) => (long)Math.Round(chip * exercise.ChipSeconds * 1e9);
    }
}
