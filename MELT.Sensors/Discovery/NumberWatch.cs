using MELT.Devices.Time;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Discovery;

/// <summary>What the numbers of one field do: range, steps, rises and falls, and the area below them over the time of their arrival.</summary>
internal sealed class NumberWatch
{
    /// <summary>A fall to less than this share of the value before it is a counter that began again, not one that counted down.</summary>
    private const double ResetShare = 0.1;
    /// <summary>More digits than a decimal holds are no step that anybody could tell.</summary>
    private const int FinestExponent = -12;
    private const int CoarsestExponent = 9;

    private readonly List<decimal> _distinct = [];
    private long _count, _zeros, _negative, _rises, _falls, _resets;
    private double _least = double.PositiveInfinity, _most = double.NegativeInfinity, _rise, _area, _seconds;
    private bool _moreDistinct;
    private ExactDecimal _last;
    private (double Value, Stamp At)? _before;

    /// <param name="live">False of a message that the broker had kept: its value is one, its moment is not known.</param>
    public void Add(ExactDecimal told, Stamp at, bool live)
    {
        var value = told.ToDouble();
        _count++;
        _last = told;
        if (value == 0) _zeros++;
        if (value < 0) _negative++;
        (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
        Remember(told);
        if (!live) return;
        if (_before is { } before)
        {
            Compare(before.Value, value);
            if ((at - before.At) / 1e9 is > 0 and var seconds)
            {
                _area += (before.Value + value) / 2 * seconds;
                _seconds += seconds;
            }
        }
        _before = (value, at);
    }

    public NumberSummary Tell()
    {
        var (grid, least, most) = Steps();
        return new()
        {
            Count = _count,
            Least = _least,
            Most = _most,
            Last = _last.ToDouble(),
            Distinct = _distinct.Count,
            MoreDistinct = _moreDistinct,
            Step = grid,
            LeastGap = least,
            MostGap = most,
            ZeroShare = (double)_zeros / _count,
            NegativeShare = (double)_negative / _count,
            Rises = _rises,
            Falls = _falls,
            Resets = _resets,
            Rise = _rise,
            Area = _area,
            Seconds = _seconds,
        };
    }

    private void Compare(double before, double now)
    {
        if (now > before)
        {
            _rises++;
            _rise += now - before;
        }
        else if (now < before)
        {
            _falls++;
            if (before <= 0 || now < 0 || now > ResetShare * before) return;
            _resets++;
            _rise += now;
        }
    }

    private void Remember(ExactDecimal told)
    {
        if (_moreDistinct || (told.Mantissa != 0 && told.Exponent is < FinestExponent or > CoarsestExponent)) return;
        decimal value = told.Mantissa;
        for (var e = told.Exponent; e < 0; e++) value /= 10;
        for (var e = told.Exponent; e > 0 && Math.Abs(value) < 1e18m; e--) value *= 10;
        var at = _distinct.BinarySearch(value);
        if (at >= 0) return;
        if (_distinct.Count == DiscoveryLimits.MostDistinct) _moreDistinct = true;
        else _distinct.Insert(~at, value);
    }

    /// <summary>The grid that all values lie on, and the distances between neighbours.</summary>
    private (double? Grid, double? Least, double? Most) Steps()
    {
        if (_distinct.Count < 2) return (null, null, null);
        var (grid, least, most) = (0m, decimal.MaxValue, 0m);
        for (var i = 1; i < _distinct.Count; i++)
        {
            var distance = _distinct[i] - _distinct[i - 1];
            (least, most) = (Math.Min(least, distance), Math.Max(most, distance));
            while (distance != 0) (grid, distance) = (distance, grid % distance);
        }
        return ((double)grid, (double)least, (double)most);
    }
}

/// <summary>What the numbers of one field did; rises, falls and the area only over messages that came live.</summary>
public sealed record NumberSummary
{
    public long Count { get; init; }
    public double Least { get; init; }
    public double Most { get; init; }
    public double Last { get; init; }
    public int Distinct { get; init; }
    public bool MoreDistinct { get; init; }
    /// <summary>The largest step of which all values lie multiples apart.</summary>
    public double? Step { get; init; }
    /// <summary>The smallest and the largest distance between neighbours.</summary>
    public double? LeastGap { get; init; }
    public double? MostGap { get; init; }
    public double ZeroShare { get; init; }
    public double NegativeShare { get; init; }
    public long Rises { get; init; }
    public long Falls { get; init; }
    /// <summary>Falls to nearly nothing: of a counter, a new beginning.</summary>
    public long Resets { get; init; }
    /// <summary>All rises together, those behind a new beginning too.</summary>
    public double Rise { get; init; }
    /// <summary>Value × seconds, by trapezoids.</summary>
    public double Area { get; init; }
    public double Seconds { get; init; }

    /// <summary>It was seen to move by its step, not only by many of them: of a counter that its rises differ, of others that two values lie one step apart.</summary>
    public bool ShowsStep => Step is { } step && (IsCounter ? MostGap > LeastGap : LeastGap == step);
    public bool IsConstant => Least == Most;
    /// <summary>It rose several times and never fell but to begin again.</summary>
    public bool IsCounter => Rises >= 3 && Falls == Resets && Resets <= Rises / 3 && Least >= 0;
}
