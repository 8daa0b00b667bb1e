namespace MELT.Sensors.Energy;

/// <summary>A phase edge that fell between the knots of a curve: its moment, and the standard uncertainty in joules of what was given to either side.</summary>
public readonly record struct Division(long At, double U);

/// <summary>
/// Phase edges are known events, so no value reaches across them unasked (docs/metrics.md, "Edges inside a window"): the side of an edge that is
/// steady keeps its own level up to the edge, and the other side gets what the window saw beside. Where both sides are steady the two answers are
/// averaged and half their difference enters the uncertainty; where neither is, the window is shared by time.
/// </summary>
internal sealed class PhaseDivision(long[] edges, double unit, double rounding)
{
    /// <summary>Windows that make a level, the nearest to the edge.</summary>
    public const int LevelWindows = 5;
    private const int RipplePairs = 20;
    private const int FewestPairs = 3;

    private readonly List<Division> divisions = [];

    public IReadOnlyList<Division> Divisions => divisions;

    /// <summary>Windows that follow each other: knots, twice the integral up to each, and which of them are bridged gaps. Gives the same with knots at the edges.</summary>
    /// <param name="knots">Rising moments.</param>
    /// <param name="twice">Twice the integral, in units of which one half is <c>unit</c> joules.</param>
    /// <param name="bridged">By index of the window's begin.</param>
    public (long[] Knots, Int128[] Twice) Windows(long[] knots, Int128[] twice, HashSet<int> bridged)
    {
        if (edges.Length == 0) return (knots, twice);
        var tiles = new Tiles(knots, twice, bridged, edges, unit, rounding);
        var (at, sums) = (new List<long>(knots), new List<Int128>(twice));
        var added = 0;
        foreach (var inside in edges.Where(e => e > knots[0] && e < knots[^1]).GroupBy(tiles.Holding).Where(g => !tiles.Unsplit(g.Key)))
        {
            var i = inside.Key;
            var cuts = inside.Where(e => e > knots[i]).ToArray();
            if (cuts.Length == 0) continue;
            var shares = Shares(tiles, i, cuts);
            for (var c = 0; c < cuts.Length; c++, added++)
            {
                at.Insert(i + 1 + added, cuts[c]);
                sums.Insert(i + 1 + added, twice[i] + shares[c]);
            }
        }
        return ([.. at], [.. sums]);
    }

    // Twice the integral from the window's begin to each cut.
    private Int128[] Shares(Tiles tiles, int i, long[] cuts)
    {
        long begin = tiles.Begin(i), end = tiles.End(i), a = cuts[0] - begin, b = end - cuts[^1];
        var whole = tiles.Twice(i);
        var (left, right) = (tiles.Before(i, cuts[0]), tiles.After(i, cuts[^1]));
        Int128 first = left?.Over(a) ?? 0, last = right?.Over(b) ?? 0;
        var single = cuts.Length == 1;
        if (single && left is not null && right is not null)
        {
            var contradiction = Joules(first + last - whole) / (2 * Math.Sqrt(3));
            Add(cuts[0], Math.Sqrt(contradiction * contradiction + (Square(tiles.LevelU(i, left, a)) + Square(tiles.LevelU(i, right, b))) / 4));
            return [Rounded(first + whole - last, 2)];
        }
        // What is not spoken for by a steady side is shared by time.
        var (from, to) = (left is null ? begin : cuts[0], right is null ? end : cuts[^1]);
        var (before, rest) = (left is null ? 0 : first, whole - (left is null ? 0 : first) - (right is null ? 0 : last));
        double Unspoken(long cut)
        {
            if (single && left is null && right is null) return tiles.Step(i) * a * b / ((double)(a + b) * 1e9) / Math.Sqrt(3);
            // Anything between nothing and all of it may lie before the cut, the likelier near its share of the time: √(f(1−f)/3), rectangular in the middle.
            var share = to == from ? 0.5 : (cut - from) / (double)(to - from);
            return Math.Abs(Joules(rest)) * Math.Sqrt(share * (1 - share) / 3);
        }
        foreach (var cut in cuts)
            Add(cut, cut == cuts[0] && left is not null ? tiles.LevelU(i, left, a) : cut == cuts[^1] && right is not null ? tiles.LevelU(i, right, b) : Unspoken(cut));
        return Array.ConvertAll(cuts, cut => cut == from ? before : cut == to ? before + rest : before + Rounded(rest * (cut - from), to - from));
    }

    /// <summary>
    /// Momentary readings: for each edge the last reading before it and the first behind it that are wholly of their own phase. Between them nothing is
    /// drawn straight; each keeps its value up to the edge. Edges without such readings on both sides are left to the straight line.
    /// </summary>
    /// <param name="at">Moments of the readings.</param>
    /// <param name="values">Watts.</param>
    /// <param name="half">Half the window each reading averages over; 0 for a moment.</param>
    public IReadOnlyList<(int Before, long Edge, int Behind)> Moments(long[] at, Func<int, double> values, long half)
    {
        var cuts = new List<(int, long, int)>();
        for (var e = 0; e < edges.Length; e++)
        {
            long edge = edges[e], previous = e == 0 ? long.MinValue / 2 : edges[e - 1], next = e == edges.Length - 1 ? long.MaxValue / 2 : edges[e + 1];
            int before = AtOrBefore(at, edge - half), behind = AtOrBefore(at, edge + half - 1) + 1;
            if (before < 0 || behind >= at.Length || at[before] - half < previous || at[behind] + half > next) continue;
            if (before >= behind || at[before] == edge || at[behind] == edge) continue;
            cuts.Add((before, edge, behind));
            Add(edge, Math.Sqrt(
                Square(Ripple(before, -1, i => at[i] - half >= previous) * (edge - at[before]) / 1e9) + Square(Ripple(behind, 1, i => at[i] + half <= next) * (at[behind] - edge) / 1e9)));
        }
        return cuts;

        // Scatter of one reading about its neighbours, going away from the edge.
        double Ripple(int from, int step, Func<int, bool> inside)
        {
            var (squares, pairs) = (0.0, 0);
            for (var i = from; pairs < RipplePairs && i + step >= 0 && i + step < at.Length && inside(i + step); i += step, pairs++) squares += Square(values(i + step) - values(i));
            return pairs == 0 ? 0 : Math.Sqrt(squares / (2 * pairs));
        }
    }

    private void Add(long at, double u) => divisions.Add(new(at, u));

    private double Joules(Int128 twice) => (double)twice * unit / 2;

    private static int AtOrBefore(long[] at, long moment)
    {
        var place = Array.BinarySearch(at, moment);
        return place >= 0 ? place : ~place - 1;
    }

    private static double Square(double x) => x * x;
    internal static Int128 Rounded(Int128 numerator, Int128 denominator)
    {
        var twice = 2 * numerator + denominator;
        var quotient = twice / (2 * denominator);
        return twice < 0 && quotient * 2 * denominator != twice ? quotient - 1 : quotient;
    }

    /// <summary>Mean of some windows on one side of an edge: twice their integral, over their length.</summary>
    private sealed record Level(Int128 Twice, long Length, int Windows)
    {
        public Int128 Over(long length) => Rounded(Twice * length, Length);
    }

    // The windows of one curve, and the phase each is wholly in.
    private sealed class Tiles(long[] knots, Int128[] twice, HashSet<int> bridged, long[] edges, double unit, double rounding)
    {
        private readonly Lazy<double> usual = new(() => Math.Sqrt(Pairs(knots, twice, bridged, edges, unit, 0, knots.Length - 1) is var (squares, pairs) && pairs > 0 ? squares / (2 * pairs) : 0));

        public long Begin(int i) => knots[i];
        public long End(int i) => knots[i + 1];
        public Int128 Twice(int i) => twice[i + 1] - twice[i];
        public int Holding(long edge) => AtOrBefore(knots, edge);
        public bool Unsplit(int i) => bridged.Contains(i);

        public Level? Before(int i, long edge)
        {
            var place = Array.BinarySearch(edges, edge);
            var (previous, from) = (place == 0 ? long.MinValue : edges[place - 1], i);
            while (from > 0 && i - from < LevelWindows && knots[from - 1] >= previous && !bridged.Contains(from - 1)) from--;
            return from == i ? null : new(twice[i] - twice[from], knots[i] - knots[from], i - from);
        }

        public Level? After(int i, long edge)
        {
            var place = Array.BinarySearch(edges, edge);
            var (next, to) = (place == edges.Length - 1 ? long.MaxValue : edges[place + 1], i + 1);
            while (to < knots.Length - 1 && to - i - 1 < LevelWindows && knots[to + 1] <= next && !bridged.Contains(to)) to++;
            return to == i + 1 ? null : new(twice[to] - twice[i + 1], knots[to] - knots[i + 1], to - i - 1);
        }

        /// <summary>Step of power across a window, from its neighbours, watts.</summary>
        public double Step(int i) => i == 0 || i + 2 >= knots.Length ? 0 : Math.Abs(Watts(knots, twice, unit, i + 1) - Watts(knots, twice, unit, i - 1));

        /// <summary>How well a level tells the part of the window that lasts this long, joules: the power wanders inside the part and inside the level.</summary>
        public double LevelU(int i, Level level, long part)
        {
            var (squares, pairs) = Pairs(knots, twice, bridged, edges, unit, Math.Max(0, i - RipplePairs), Math.Min(knots.Length - 1, i + 1 + RipplePairs));
            var scatter = pairs < FewestPairs ? usual.Value : Math.Sqrt(squares / (2 * pairs));
            double seconds = part / 1e9, window = (knots[i + 1] - knots[i]) / 1e9, ripple = Math.Max(0, scatter * scatter - rounding * rounding);
            return Math.Sqrt(ripple * seconds * window + scatter * scatter * seconds * seconds / level.Windows);
        }

        // Squared differences of neighbouring windows that lie in one phase.
        private static (double Squares, int Pairs) Pairs(long[] knots, Int128[] twice, HashSet<int> bridged, long[] edges, double unit, int from, int to)
        {
            var (squares, pairs) = (0.0, 0);
            for (var i = from + 1; i < to; i++)
            {
                var edge = Array.BinarySearch(edges, knots[i - 1]);
                var next = edge >= 0 ? edge + 1 : ~edge;
                if ((next < edges.Length && edges[next] < knots[i + 1]) || bridged.Contains(i) || bridged.Contains(i - 1)) continue;
                squares += Square(Watts(knots, twice, unit, i) - Watts(knots, twice, unit, i - 1));
                pairs++;
            }
            return (squares, pairs);
        }

        private static double Watts(long[] knots, Int128[] twice, double unit, int i) => (double)(twice[i + 1] - twice[i]) * unit / 2 / ((knots[i + 1] - knots[i]) / 1e9);
    }
}
