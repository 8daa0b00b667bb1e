using MELT.Sensors.Meters;

namespace MELT.Sensors.Clocks;

/// <summary>The coded load by which meters without a clock are found: a maximum-length sequence, 1 is load.</summary>
/// <param name="Chips">0 and 1, as <see cref="MELT.Devices.Inference.EngineCommand.Exercise"/> has them.</param>
public sealed record SyncPattern(string Chips, double ChipSeconds)
{
    /// <summary>For meters of which nothing is known that would ask for longer chips: 127 of 20 ms.</summary>
    public static readonly SyncPattern Usual = Of(7, 0.02);

    private const double LongestSeconds = 4.6;
    private const double ShortestChip = 0.02;
    /// <summary>A chip that is read less often than twice is not seen.</summary>
    private const double ReadingsPerChip = 2;
    /// <summary>Of a reading (the golden ratio's): were a chip whole readings long, each edge would lie alike between two of them and no number of edges would tell where.</summary>
    private const double Beside = 0.381966;

    /// <summary>
    /// The longest code whose chips the slowest of these meters can follow, in at most 4.6 s: 127 chips of 20 ms for one that reads every millisecond, down to 15 chips for
    /// one that reads every 125 ms. Slower ones are left out; null when none is left. A meter whose period is not stated is taken for a quick one.
    /// </summary>
    public static SyncPattern? For(IEnumerable<MeterDescription> meters)
    {
        var needs = meters.Where(TellsPower).Select(m => Chip(Math.Max(m.PeriodSeconds ?? 0, m.WindowSeconds ?? 0))).ToArray();
        var fitting = needs.Where(chip => chip * Length(4) <= LongestSeconds).ToArray();
        if (fitting.Length == 0) return null;
        var chip = fitting.Max();
        var n = 7;
        while (chip * Length(n) > LongestSeconds) n--;
        return Of(n, chip);
    }

    private static SyncPattern Of(int n, double chip) => new(string.Concat(PatternLock.Code(n).Select(on => on ? '1' : '0')), chip);

    private static double Chip(double period) => period <= 0 ? ShortestChip : period * (Math.Max(ReadingsPerChip, Math.Ceiling(ShortestChip / period)) + Beside);

    private static int Length(int n) => (1 << n) - 1;

    private static bool TellsPower(MeterDescription meter) => meter.Channels.Any(c => c.Boundary is not null && c.Quantity is "power" or "energy" or "current");
}
