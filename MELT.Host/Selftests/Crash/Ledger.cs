using System.Globalization;
using MELT.Sensors.Meters;

namespace MELT.Host.Selftests.Crash;

/// <summary>What the publishers saw acknowledged, kept outside the node, and as a file in which every kill has its line too.</summary>
internal sealed class Ledger : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly StreamWriter _file;
    private readonly Lock _gate = new();
    private readonly Dictionary<MeterId, SequenceSet> _acknowledged = [];
    private readonly List<(long Messages, TaskCompletionSource<long> Reached)> _waiting = [];
    private long _messages;

    public Ledger(string path, TimeProvider time)
    {
        (_time, _begun) = (time, time.GetTimestamp());
        _file = new StreamWriter(path);
        _file.WriteLine("seconds,what,meter,first,last");
    }

    public long Messages { get { lock (_gate) return _messages; } }

    /// <summary>Readings, each of which has a number of its own.</summary>
    public long Readings { get { lock (_gate) return _acknowledged.Values.Sum(numbers => numbers.Count); } }

    /// <summary>Numbers by meter, as they are now.</summary>
    public IReadOnlyDictionary<MeterId, SequenceSet> Acknowledged { get { lock (_gate) return new Dictionary<MeterId, SequenceSet>(_acknowledged); } }

    public void Acknowledge(MeterId meter, SequenceRange numbers)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            Write(now, $"acknowledged,{meter}", numbers.First.ToString(CultureInfo.InvariantCulture), numbers.Last.ToString(CultureInfo.InvariantCulture));
            _messages++;
            _acknowledged[meter] = _acknowledged.GetValueOrDefault(meter, SequenceSet.Empty).Add(numbers);
            foreach (var (_, reached) in _waiting.Where(w => w.Messages <= _messages)) reached.TrySetResult(now);
            _waiting.RemoveAll(w => w.Messages <= _messages);
        }
    }

    /// <summary>What happened to the node just now.</summary>
    public void Note(string what)
    {
        lock (_gate) Write(_time.GetTimestamp(), what + ",", "", "");
    }

    /// <summary>Completes when this many more messages than now are acknowledged, with the timestamp of the last of them.</summary>
    public Task<long> MoreAsync(int messages)
    {
        var reached = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _waiting.Add((_messages + messages, reached));
        return reached.Task;
    }

    private void Write(long at, string whatAndMeter, string first, string last) =>
        _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_time.GetElapsedTime(_begun, at).TotalSeconds:F6},{whatAndMeter},{first},{last}"));

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
