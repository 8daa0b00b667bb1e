using System.Runtime.InteropServices;

namespace MELT.Devices.Models;

/// <summary>
/// Random weights with the spread of a freshly initialised model (normal, σ = 0.02), a stream of their own per tensor.
/// They are drawn from a table of 65,536 values, because a model of billions of weights is written at the speed of the disk that way.
/// </summary>
internal static class SyntheticWeights
{
    private const float Spread = 0.02f;
    private const int ChunkWeights = 1 << 18;
    private static readonly Lazy<Half[]> Table = new(MakeTable);

    /// <summary>Writes that many weights as f16 or f32, calling <paramref name="written"/> with the bytes of each piece.</summary>
    public static void Write(Stream file, string tensor, long weights, bool half, Action<long> written, CancellationToken stop)
    {
        var numbers = SeededNumbers.For(1, tensor);
        var halves = new Half[Math.Min(weights + 3 & ~3L, ChunkWeights)];
        var floats = half ? [] : new float[halves.Length];
        for (var left = weights; left > 0;)
        {
            stop.ThrowIfCancellationRequested();
            var count = (int)Math.Min(left, halves.Length);
            Fill(halves, ref numbers);
            if (!half) { for (var i = 0; i < count; i++) { floats[i] = (float)halves[i]; } }
            var bytes = half ? MemoryMarshal.AsBytes(halves.AsSpan(0, count)) : MemoryMarshal.AsBytes(floats.AsSpan(0, count));
            file.Write(bytes);
            written(bytes.Length);
            left -= count;
        }
    }

    private static void Fill(Span<Half> halves, ref SeededNumbers numbers)
    {
        ReadOnlySpan<Half> table = Table.Value;
        for (var i = 0; i + 3 < halves.Length; i += 4)
        {
            var bits = numbers.Next();
            halves[i] = table[(ushort)bits];
            halves[i + 1] = table[(ushort)(bits >> 16)];
            halves[i + 2] = table[(ushort)(bits >> 32)];
            halves[i + 3] = table[(ushort)(bits >> 48)];
        }
    }

    /// <summary>Normal by the sum of twelve uniforms: only additions, so that every machine gets the same bits.</summary>
    private static Half[] MakeTable()
    {
        var numbers = SeededNumbers.For(0, "weights");
        var table = new Half[65_536];
        for (var i = 0; i < table.Length; i++)
        {
            var sum = -6.0;
            for (var j = 0; j < 12; j++) { sum += (numbers.Next() >> 11) * (1.0 / (1L << 53)); }
            table[i] = (Half)(float)(sum * Spread);
        }
        return table;
    }
}
