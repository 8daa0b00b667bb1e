namespace MELT.Devices.Models;

/// <summary>SplitMix64: the same numbers from the same seed on every machine and version of .NET (Steele, Lea, Flood 2014).</summary>
public struct SeededNumbers(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="end"/>.</summary>
    public int Below(int end) => (int)Math.BigMul(Next(), (ulong)end, out _);

    /// <summary>Seeds a stream of its own for each name (FNV-1a).</summary>
    public static SeededNumbers For(ulong seed, string name)
    {
        var hash = 0xCBF29CE484222325ul ^ seed;
        foreach (var c in name) { hash = (hash ^ c) * 0x100000001B3; }
        return new(hash);
    }
}
