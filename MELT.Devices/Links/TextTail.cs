using System.Text;

namespace MELT.Devices.Links;

/// <summary>Keeps the last few kilobytes of lines and forgets the rest.</summary>
internal sealed class TextTail
{
    private const int MostCharacters = 4_096;
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public void Add(string line)
    {
        lock (_gate)
        {
            _text.Append(line).Append('\n');
            if (_text.Length > MostCharacters) { _text.Remove(0, _text.Length - MostCharacters); }
        }
    }

    public override string ToString()
    {
        lock (_gate) { return _text.ToString(); }
    }
}
