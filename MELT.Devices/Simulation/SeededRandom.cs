namespace MELT.Devices.Simulation;

/// <summary>Random numbers that a seed and a name determine for ever (SplitMix64), so that every simulated thing has a stream of its own.</summary>
public sealed class SeededRandom
{
    private ulong _state;
    private double _spare = double.NaN;

    public SeededRandom(long seed, string name)
    {
        _state = (ulong)seed;
        foreach (var letter in name) _state = (_state ^ letter) * 0x100000001B3;
        _state = Bits();
    }

    public ulong Bits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [−half, half).</summary>
    public double Within(double half) => (2 * Uniform() - 1) * half;

    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>Exponentially distributed with this mean.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1 - Uniform());

    /// <summary>Normally distributed, mean 0, standard deviation 1 (polar method).</summary>
    public double Normal()
    {
        if (!double.IsNaN(_spare))
        {
            var kept = _spare;
            _spare = double.NaN;
            return kept;
        }
        double x, y, square;
        do
        {
            x = Within(1);
            y = Within(1);
            square = x * x + y * y;
        }
        while (square is >= 1 or 0);
        var scale = Math.Sqrt(-2 * Math.Log(square) / square);
        _spare = y * scale;
        return x * scale;
    }
}
