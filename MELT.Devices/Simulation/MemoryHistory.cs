using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>Memory of the simulated engine over time, in steps. Readable while it is written.</summary>
public sealed class MemoryHistory
{
    private readonly Lock _gate = new();
    private readonly List<(long At, long Bytes)> _steps = [];

    /// <summary>From <paramref name="at"/> on so many bytes; what was planned for later is forgotten.</summary>
    public void Set(Stamp at, long bytes)
    {
        lock (_gate)
        {
            while (_steps.Count > 0 && _steps[^1].At >= at.Nanoseconds) _steps.RemoveAt(_steps.Count - 1);
            _steps.Add((at.Nanoseconds, bytes));
        }
    }

    public long BytesAt(Stamp at)
    {
        lock (_gate)
        {
            int low = 0, high = _steps.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_steps[middle].At <= at.Nanoseconds) low = middle + 1;
                else high = middle;
            }
            return low == 0 ? 0 : _steps[low - 1].Bytes;
        }
    }
}
