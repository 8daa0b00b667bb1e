using MELT.Devices.Simulation;
using MELT.Sensors.Clocks;

namespace MELT.Sensors.Trials;

/// <summary>Three seconds of a 1 kHz meter that averages over its period, with a code of 20 ms chips somewhere in them.</summary>
public static class PatternTrial
{
    private const double Usual = 20;
    private const int Readings = 3000;

    /// <summary>Readings and where the code begins in them.</summary>
    public static (double[] Readings, double Begin) Play(int seed, bool[] code, double decibels, double perChip = Usual)
    {
        var random = new SeededRandom(seed, "pattern");
        var begin = 20 + (Readings - 40 - code.Length * perChip) * random.Uniform();
        var noise = 2.0 / Math.Pow(10, decibels / 20);
        // 3 W at rest, 7 W under load: the load's standard deviation is 2 W.
        return ([.. Enumerable.Range(0, Readings).Select(i => 3 + 4 * (Loaded(code, perChip, i + 1 - begin) - Loaded(code, perChip, i - begin)) + noise * random.Normal())], begin);
    }

    public static double[] Noise(int seed)
    {
        var random = new SeededRandom(seed, "noise");
        return [.. Enumerable.Range(0, Readings).Select(_ => 3 + random.Normal())];
    }

    /// <summary>Another maximum-length sequence of 127 chips (x⁷ + x³ + 1).</summary>
    public static bool[] OtherCode()
    {
        var (state, chips) = (1, new bool[127]);
        for (var i = 0; i < chips.Length; i++)
        {
            chips[i] = (state & 1) != 0;
            state = state >> 1 | ((state ^ state >> 3) & 1) << 6;
        }
        return chips;
    }

    /// <param name="trials">Of each of the three kinds that must not lock.</param>
    public static IEnumerable<AccuracyCheck> Checks(int loads, int trials)
    {
        var locked = Enumerable.Range(1, loads).AsParallel().Count(seed => Play(seed, PatternLock.Code(), 10) is var (readings, begin) && Find(readings) is { } found && Math.Abs(found - begin) <= 0.2);
        yield return AccuracyCheck.AtLeast("pattern-lock/locked-at-10-dB", (double)locked / loads, 0.95, $"{locked} of {loads} codes of 127 chips of 20 ms found within 0.2 readings at 1 kHz");
        var wrong = Enumerable.Range(1, trials).AsParallel().Sum(seed => new[] { Play(seed, PatternLock.Code(), -20).Readings, Noise(seed), Play(seed, OtherCode(), 10).Readings }.Count(readings => Find(readings) is not null));
        yield return AccuracyCheck.AtMost("pattern-lock/wrong-locks", wrong, 0, $"locks in {3 * trials} trials of −20 dB, noise alone and another code");
    }

    public static double? Find(double[] readings, double perChip = Usual) => PatternLock.Find(readings, PatternLock.Code(), perChip);

    // Readings' worth of load from the beginning of the code to a moment after it.
    private static double Loaded(bool[] code, double perChip, double after)
    {
        var chips = Math.Clamp(after / perChip, 0, code.Length);
        var whole = Math.Min(code.Length - 1, (int)chips);
        return (code.AsSpan(0, whole).Count(true) + (code[whole] ? chips - whole : 0)) * perChip;
    }
}
