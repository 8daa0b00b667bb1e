using System.Collections.Immutable;
using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Collects the fields of one payload within its budget. A method that answers false has set <see cref="Rejection"/>.</summary>
internal sealed class FieldList(int payloadLength)
{
    /// <summary>A field stands in a chunk and in the final array; chunks, because growing by doubling would weigh three times as much.</summary>
    private const int FieldWeight = 2 * 80;
    private const int TextOverhead = 24;
    private const int ChunkSize = 32;
    private const int MostSkipped = 8;

    private readonly List<PayloadField[]> _chunks = [];
    private readonly ImmutableArray<Rejection>.Builder _skipped = ImmutableArray.CreateBuilder<Rejection>(0);
    private long _budget = PayloadLimits.FreeWeight + (long)PayloadLimits.WeightPerByte * payloadLength;

    public Rejection? Rejection { get; private set; }
    public int Count { get; private set; }

    public ref PayloadField this[int index] => ref _chunks[index / ChunkSize][index % ChunkSize];

    public bool Add(ReadOnlySpan<char> path, PayloadValue value, Stamp? at = null, string? unit = null)
    {
        if (path.Length > PayloadLimits.LongestPath) return Skip(Rejection.TooLarge, $"a path is longer than {PayloadLimits.LongestPath} characters: {JsonMessage.Quote(path[..40].ToString())}");
        return Charge(TextOverhead + 2 * path.Length) && Add(new PayloadField(path.ToString(), value, at, unit));
    }

    /// <summary>Adds a field whose path is paid for or shared.</summary>
    public bool Add(PayloadField field)
    {
        if (!Charge(FieldWeight + (field.Value.Text is { } text ? TextOverhead + 2 * text.Length : 0))) return false;
        if (Count % ChunkSize == 0 && Count / ChunkSize == _chunks.Count) _chunks.Add(new PayloadField[ChunkSize]);
        this[Count++] = field;
        return true;
    }

    /// <summary>Something in an understood payload that is not; the rest stands.</summary>
    public bool Skip(string code, string text)
    {
        if (_skipped.Count < MostSkipped) _skipped.Add(new(code, text));
        return true;
    }

    public bool Reject(string code, string text)
    {
        Rejection = new(code, text);
        return false;
    }

    public bool Charge(int weight)
    {
        _budget -= weight;
        return _budget >= 0 || Reject(Rejection.TooLarge, string.Create(CultureInfo.InvariantCulture, $"{Count} fields and more in {payloadLength} bytes: more than a payload may hold"));
    }

    /// <summary>Two fields of one path and moment contradict each other; which of them the sender meant is not for us to say.</summary>
    public bool AreDistinct()
    {
        if (Count < 2) return true;
        var order = new int[Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => string.CompareOrdinal(this[a].Path, this[b].Path) is not 0 and var byPath ? byPath : Nullable.Compare(this[a].At, this[b].At));
        for (var i = 1; i < order.Length; i++)
        {
            var (one, next) = (this[order[i - 1]], this[order[i]]);
            if (one.Path == next.Path && one.At == next.At) return Reject(Rejection.DuplicateKey, $"{JsonMessage.Quote(one.Path)} is given twice");
        }
        return true;
    }

    public PayloadResult Done(PayloadState? state = null, PayloadNotice? notice = null)
    {
        if (Rejection is { } reason) return new PayloadResult.Rejected(reason, state, notice);
        var fields = ImmutableArray.CreateBuilder<PayloadField>(Count);
        for (var i = 0; i < Count; i++) fields.Add(this[i]);
        return new PayloadResult.Decoded(fields.MoveToImmutable(), _skipped.ToImmutable(), state, notice);
    }
}
