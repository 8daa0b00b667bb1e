using MELT.Actors.Runtimes.InProcess;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>Drops, doubles and delays what it carries, by seed; a delay is counted in later messages.</summary>
public sealed class FaultyPort(int seed) : ISendPort
{
    private readonly Random _dice = new(seed);
    private readonly Lock _gate = new();
    private readonly List<(Action Deliver, int Left)> _held = [];

    public int Dropped { get; private set; }
    public int Doubled { get; private set; }
    public int Delayed { get; private set; }

    public void Carry(object message, Action deliver)
    {
        var now = new List<Action>();
        lock (_gate)
        {
            for (var i = _held.Count - 1; i >= 0; i--)
            {
                _held[i] = (_held[i].Deliver, _held[i].Left - 1);
                if (_held[i].Left > 0)
                    continue;
                now.Add(_held[i].Deliver);
                _held.RemoveAt(i);
            }
            switch (_dice.Next(10))
            {
                case < 3: Dropped++; break;
                case < 5: Doubled++; now.AddRange([deliver, deliver]); break;
                case < 7: Delayed++; _held.Add((deliver, _dice.Next(1, 6))); break;
                default: now.Add(deliver); break;
            }
        }
        foreach (var one in now)
            one();
    }
}
