using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding;

/// <summary>
/// Finds the publisher's numbers of one message: every reading numbered, rising by one; or one number for the whole message
/// (on its first reading, or the same on all); or none.
/// </summary>
internal sealed class SequenceCollector
{
    private long? _first;
    private long? _last;
    private int _count;
    private int _numbered;
    private bool _rising = true;
    private bool _same = true;

    public void Add(long? number)
    {
        if (_count++ == 0) _first = number;
        else
        {
            _rising &= number - 1 == _last;
            _same &= number == _first;
        }
        if (number is null) return;
        _numbered++;
        _last = number;
    }

    public SequenceRange? Range => _first is { } first ? new(first, _numbered == _count ? _last!.Value : first) : null;

    public string? Problem =>
        _numbered == 0 || (_numbered == 1 && _first is not null) ? null
        : _numbered < _count ? "some readings have seq and some have not; give it to all, or to the first for the whole message"
        : _rising || _same ? null
        : "seq does not rise by one from reading to reading; split the message where it jumps";
}
