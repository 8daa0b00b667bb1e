using System.Collections.Immutable;
using System.Numerics;

namespace MELT.Sensors.Meters;

/// <summary>
/// Joins consecutive blocks of one meter that arrived one by one. Joined are blocks with the same columns, the same kind of stamps,
/// adjacent publisher's numbers and grids that have a common one; everything else stays as it came. Nothing is lost, added or reordered.
/// </summary>
public static class BlockCoalescer
{
    public static IReadOnlyList<SampleBlock> Coalesce(IReadOnlyList<SampleBlock> blocks)
    {
        var joined = new List<SampleBlock>();
        for (var from = 0; from < blocks.Count;)
        {
            var run = new Run(blocks[from]);
            var to = from + 1;
            while (to < blocks.Count && run.TryTake(blocks[to])) to++;
            joined.Add(to == from + 1 ? blocks[from] : run.Build(blocks, from, to));
            from = to;
        }
        return joined;
    }

    /// <summary>What a run of blocks has in common so far; its samples are copied once, when it ends.</summary>
    private sealed class Run(SampleBlock first)
    {
        private readonly CommonGrid[] _grids = [.. first.Columns.Select(c => new CommonGrid(c))];
        private SequenceRange? _sequence = first.Sequence;
        private int _count = first.Count;

        public bool TryTake(SampleBlock next)
        {
            if (next.StampedOnArrival != first.StampedOnArrival || _count + next.Count > SampleBlock.MaximumSamples || next.Columns.Length != _grids.Length) return false;
            if (_sequence.HasValue != next.Sequence.HasValue || (_sequence is { } s && (s.Last == long.MaxValue || next.Sequence!.Value.First != s.Last + 1))) return false;
            var widened = new CommonGrid[_grids.Length];
            for (var i = 0; i < _grids.Length; i++)
            {
                if (first.Columns[i].Channel != next.Columns[i].Channel || !_grids[i].TryWiden(next.Columns[i], out widened[i])) return false;
            }
            widened.CopyTo(_grids, 0);
            if (_sequence is { } sequence) _sequence = sequence with { Last = next.Sequence!.Value.Last };
            _count += next.Count;
            return true;
        }

        public SampleBlock Build(IReadOnlyList<SampleBlock> blocks, int from, int to)
        {
            var stamps = ImmutableArray.CreateBuilder<long>(_count);
            var columns = _grids.Select(_ => ImmutableArray.CreateBuilder<long>(_count)).ToArray();
            for (var b = from; b < to; b++)
            {
                stamps.AddRange(blocks[b].Stamps);
                for (var c = 0; c < columns.Length; c++) _grids[c].Rescale(blocks[b].Columns[c], columns[c]);
            }
            return new(_sequence, first.StampedOnArrival, stamps.MoveToImmutable(),
                [.. first.Columns.Select((c, i) => new SampleColumn(c.Channel, _grids[i].Grid, columns[i].MoveToImmutable()))]);
        }
    }

    /// <summary>A grid on which every column taken so far lies exactly, and the range of the integers on it.</summary>
    private readonly struct CommonGrid(Grid grid, long lowest, long highest)
    {
        public CommonGrid(SampleColumn column) : this(column.Grid, column.Integers.Min(), column.Integers.Max()) { }

        public Grid Grid { get; } = grid;
        private readonly long _lowest = lowest;
        private readonly long _highest = highest;

        public bool TryWiden(SampleColumn column, out CommonGrid widened)
        {
            widened = default;
            var other = new CommonGrid(column);
            if (Grid == column.Grid)
            {
                widened = new(Grid, Math.Min(_lowest, other._lowest), Math.Max(_highest, other._highest));
                return true;
            }
            if (Grid.IsRaw || column.Grid.IsRaw || !TryCommon(Grid, column.Grid, out var common)) return false;
            if (!TryFactor(Grid, common, out var mine) || !TryFactor(column.Grid, common, out var its)) return false;
            var (low, high) = (Int128.Min((Int128)_lowest * mine, (Int128)other._lowest * its), Int128.Max((Int128)_highest * mine, (Int128)other._highest * its));
            if (low < long.MinValue || high > long.MaxValue) return false;
            widened = new(common, (long)low, (long)high);
            return true;
        }

        public void Rescale(SampleColumn column, ImmutableArray<long>.Builder into)
        {
            if (column.Grid == Grid) { into.AddRange(column.Integers); return; }
            TryFactor(column.Grid, Grid, out var factor);
            foreach (var integer in column.Integers) into.Add(integer * factor);
        }

        // The largest grid of which both are multiples: the smaller exponent, the greatest common divisor of the mantissas at that exponent.
        private static bool TryCommon(Grid a, Grid b, out Grid common)
        {
            var exponent = Math.Min(a.Exponent, b.Exponent);
            common = default;
            if (a.Mantissa < 0 || b.Mantissa < 0 || Math.Max(a.Exponent, b.Exponent) - exponent > 18) return false;
            var divisor = BigInteger.GreatestCommonDivisor(At(a, exponent), At(b, exponent));
            common = new((long)divisor, exponent);       // a divisor of the mantissa that has this exponent, so it fits
            return true;
        }

        private static bool TryFactor(Grid from, Grid to, out long factor)
        {
            var quotient = At(from, to.Exponent) / to.Mantissa;
            var fits = quotient >= long.MinValue && quotient <= long.MaxValue;
            factor = fits ? (long)quotient : 0;
            return fits;
        }

        private static BigInteger At(Grid grid, int exponent) => grid.Mantissa * BigInteger.Pow(10, grid.Exponent - exponent);
    }
}
