using System.Collections.Immutable;

namespace MELT.Host.Reports;

/// <summary>Many samples drawn as few points: least, mean and greatest value per stretch of time, so no peak is lost.</summary>
public sealed record Envelope(ImmutableArray<double> Times, ImmutableArray<double> Min, ImmutableArray<double> Mean, ImmutableArray<double> Max)
{
    /// <summary>More points than this no screen shows.</summary>
    public const int Buckets = 4000;

    public static Envelope Empty { get; } = new([], [], [], []);

    /// <summary>True when some point stands for several samples.</summary>
    public bool IsThinned => !Min.AsSpan().SequenceEqual(Max.AsSpan());

    /// <summary>
    /// Thins samples in time order to at most <paramref name="buckets"/> points. A point lies at the mean time of its samples;
    /// stretches without samples get no point. Values that are not numbers are left out.
    /// </summary>
    public static Envelope Of(ReadOnlySpan<double> times, ReadOnlySpan<double> values, int buckets = Buckets)
    {
        if (times.Length != values.Length) throw new ArgumentException($"{times.Length} times for {values.Length} values.");
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        if (times.IsEmpty) return Empty;

        var thin = new Thinning(Math.Min(buckets, times.Length));
        var width = (times[^1] - times[0]) / buckets;
        var bucket = -1;
        for (var i = 0; i < times.Length; i++)
        {
            if (!double.IsFinite(values[i])) continue;
            var own = times.Length <= buckets || width <= 0 ? Math.Min(i, buckets - 1) : Math.Min((int)((times[i] - times[0]) / width), buckets - 1);
            if (own != bucket) thin.Close();
            bucket = own;
            thin.Add(times[i], values[i]);
        }

        thin.Close();
        return thin.ToEnvelope();
    }

    private sealed class Thinning(int capacity)
    {
        private readonly ImmutableArray<double>.Builder times = ImmutableArray.CreateBuilder<double>(capacity);
        private readonly ImmutableArray<double>.Builder mins = ImmutableArray.CreateBuilder<double>(capacity);
        private readonly ImmutableArray<double>.Builder means = ImmutableArray.CreateBuilder<double>(capacity);
        private readonly ImmutableArray<double>.Builder maxs = ImmutableArray.CreateBuilder<double>(capacity);
        private double time, sum, min, max;
        private int count;

        public void Add(double at, double value)
        {
            (min, max) = count == 0 ? (value, value) : (Math.Min(min, value), Math.Max(max, value));
            time += at;
            sum += value;
            count++;
        }

        public void Close()
        {
            if (count == 0) return;
            times.Add(time / count);
            mins.Add(min);
            means.Add(count == 1 ? sum : Math.Clamp(sum / count, min, max));
            maxs.Add(max);
            (time, sum, count) = (0, 0, 0);
        }

        public Envelope ToEnvelope() => new(times.ToImmutable(), mins.ToImmutable(), means.ToImmutable(), maxs.ToImmutable());
    }
}
