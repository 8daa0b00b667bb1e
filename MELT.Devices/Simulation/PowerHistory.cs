using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>
/// Power over time as pieces of constant level, with leakage and heat solved in closed form: with θ the temperature above ambient, C·θ' = L + g·θ − θ/R,
/// so θ(t) = θ∞ + (θ₀ − θ∞)·e^(−t/τ), τ = C/(1/R − g), θ∞ = L/(1/R − g), and power = L + g·θ integrates exactly.
/// Before the first piece the device has idled for ever. Readable while it is written.
/// </summary>
public sealed class PowerHistory
{
    private readonly record struct Piece(long At, double Level, double Theta, double Joules);

    private readonly Lock _gate = new();
    private readonly List<Piece> _pieces = [];
    private readonly double _ambient, _leakage, _conductance, _timeConstant, _idle;

    public PowerHistory(DeviceProfile profile)
    {
        (_ambient, _leakage, _idle) = (profile.AmbientCelsius, profile.LeakageWattsPerKelvin, profile.IdleWatts);
        _conductance = 1 / profile.ThermalResistanceKelvinPerWatt - _leakage;
        if (!(_conductance > 0)) throw new ArgumentException($"Profile {profile.Name}: leakage grows faster than heat leaves; lower leakage or thermal resistance.", nameof(profile));
        _timeConstant = profile.HeatCapacityJoulesPerKelvin / _conductance;
    }

    /// <summary>From <paramref name="at"/> on the level is this; what was planned for later is forgotten.</summary>
    public void Set(Stamp at, double level)
    {
        lock (_gate)
        {
            var next = new Piece(at.Nanoseconds, level, Steady(_idle), 0);
            if (_pieces.Count > 0 && at.Nanoseconds > _pieces[0].At)
            {
                var before = _pieces[Find(at.Nanoseconds - 1)];
                next = next with { Theta = Theta(before, at.Nanoseconds), Joules = Joules(before, at.Nanoseconds) };
            }
            var later = FirstFrom(at.Nanoseconds);
            _pieces.RemoveRange(later, _pieces.Count - later);
            _pieces.Add(next);
        }
    }

    public double PowerAt(Stamp at)
    {
        lock (_gate)
        {
            var piece = PieceAt(at.Nanoseconds);
            return piece.Level + _leakage * Theta(piece, at.Nanoseconds);
        }
    }

    public double CelsiusAt(Stamp at)
    {
        lock (_gate) return _ambient + Theta(PieceAt(at.Nanoseconds), at.Nanoseconds);
    }

    /// <summary>Exact integral of power from <paramref name="begin"/> to <paramref name="end"/>.</summary>
    public double EnergyJoules(Stamp begin, Stamp end)
    {
        lock (_gate) return Joules(PieceAt(end.Nanoseconds), end.Nanoseconds) - Joules(PieceAt(begin.Nanoseconds), begin.Nanoseconds);
    }

    private Piece PieceAt(long at)
    {
        if (_pieces.Count == 0) return new(0, _idle, Steady(_idle), 0);
        return at < _pieces[0].At ? new(_pieces[0].At, _idle, Steady(_idle), 0) : _pieces[Find(at)];
    }

    private double Steady(double level) => level / _conductance;

    private double Theta(Piece piece, long at)
    {
        var end = Steady(piece.Level);
        var away = piece.Theta - end;
        return away == 0 ? end : end + away * Math.Exp(-(at - piece.At) * 1e-9 / _timeConstant);
    }

    private double Joules(Piece piece, long at)
    {
        var seconds = (at - piece.At) * 1e-9;
        var end = Steady(piece.Level);
        var away = piece.Theta - end;
        var warmth = end * seconds + (away == 0 ? 0 : away * _timeConstant * -ExponentialMinusOne(-seconds / _timeConstant));
        return piece.Joules + piece.Level * seconds + _leakage * warmth;
    }

    /// <summary>e^x − 1 without cancellation for small x.</summary>
    private static double ExponentialMinusOne(double x) => Math.Abs(x) < 1e-5 ? x * (1 + x / 2 * (1 + x / 3)) : Math.Exp(x) - 1;

    /// <summary>Index of the piece that holds at this moment.</summary>
    private int Find(long at) => Math.Max(0, FirstFrom(at + 1) - 1);

    /// <summary>Index of the first piece that begins at or after this moment.</summary>
    private int FirstFrom(long at)
    {
        int low = 0, high = _pieces.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_pieces[middle].At < at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
