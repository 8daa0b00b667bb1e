using System.Globalization;
using MELT.Devices.Time;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>Resolves the records of a pack in their order (RFC 8428, section 4.6): names and times are joined with their bases, values added to theirs.</summary>
internal sealed class SenmlResolver(FieldList fields, Stamp arrived)
{
    private const int Version = 10;
    /// <summary>Times below this are relative to now (section 4.5.3).</summary>
    private const double RelativeBelow = 1 << 28;

    private string _baseName = "";
    private string? _baseUnit, _lastName;
    private ExactDecimal _baseTime, _baseValue, _baseSum;
    private int? _version;
    private int _record;

    public static readonly string[] Labels = ["bver", "bn", "bt", "bu", "bv", "bs", "n", "u", "v", "vs", "vb", "s", "t", "ut", "vd"];
    private static readonly SenmlLabel[] Meanings =
    [
        SenmlLabel.BaseVersion, SenmlLabel.BaseName, SenmlLabel.BaseTime, SenmlLabel.BaseUnit, SenmlLabel.BaseValue, SenmlLabel.BaseSum, SenmlLabel.Name, SenmlLabel.Unit,
        SenmlLabel.Value, SenmlLabel.Text, SenmlLabel.Truth, SenmlLabel.Sum, SenmlLabel.Time, SenmlLabel.UpdateTime, SenmlLabel.Data,
    ];

    /// <summary>A label ending in an underscore must be understood, and none of ours does; others that are unknown are left out.</summary>
    public bool Label(ReadOnlySpan<byte> name, out SenmlLabel label)
    {
        label = SenmlLabel.Unknown;
        for (var i = 0; i < Labels.Length; i++)
            if (System.Text.Ascii.Equals(name, Labels[i])) { label = Meanings[i]; return true; }
        return name is not [.., (byte)'_'] || Reject($"has {JsonMessage.Quote(System.Text.Encoding.UTF8.GetString(name[..Math.Min(name.Length, 60)]))}, which a reader must understand, and this one does not");
    }

    public bool Add(in SenmlRecord record)
    {
        if (record.BaseVersion is { } version)
        {
            if (version is < 1 or > Version) return Reject(string.Create(CultureInfo.InvariantCulture, $"is of version {version}; known are 1 to {Version}"));
            if ((_version ??= version) != version) return Reject("has another version than the records before it");
        }
        if (record.BaseName is { } name && name != _baseName) (_baseName, _lastName) = (name, null);
        if (record.BaseUnit is { } unit) _baseUnit = unit;
        _baseTime = record.BaseTime ?? _baseTime;
        _baseValue = record.BaseValue ?? _baseValue;
        _baseSum = record.BaseSum ?? _baseSum;
        var values = (record.Value is null ? 0 : 1) + (record.Text is null ? 0 : 1) + (record.Truth is null ? 0 : 1) + (record.HasData ? 1 : 0);
        if (values > 1) return Reject("has more than one value");
        var done = (values == 0 && record.Sum is null) || Resolve(record);
        _record++;
        return done;
    }

    public bool Reject(string problem) => fields.Reject(Rejection.Shape, string.Create(CultureInfo.InvariantCulture, $"record {_record} {problem}"));

    private bool Resolve(in SenmlRecord record)
    {
        if (!TryName(record.Name ?? "", out var name)) return false;
        if (!TryTime(record.Time, out var at, out var fromArrival)) return false;
        var unit = record.Unit ?? _baseUnit;
        if (record.HasData) fields.Skip(Rejection.Shape, $"{JsonMessage.Quote(name)} is binary data");
        else if (record.Text is { } text) return fields.Add(new(name, PayloadValue.Of(text), at, unit) { AtFromArrival = fromArrival });
        else if (record.Truth is { } truth) return fields.Add(new(name, PayloadValue.Of(truth), at, unit) { AtFromArrival = fromArrival });
        else if (record.Value is { } value)
        {
            if (!ExactNumbers.TryAdd(_baseValue, value, out var sum)) return Reject("has a value of more digits than a number holds");
            if (!fields.Add(new(name, PayloadValue.Of(sum), at, unit) { AtFromArrival = fromArrival })) return false;
        }
        if (record.Sum is not { } integral) return true;
        if (!ExactNumbers.TryAdd(_baseSum, integral, out var total)) return Reject("has a sum of more digits than a number holds");
        // The sum integrates the value over time, so its unit is that of the value times seconds.
        return fields.Charge(64 + 4 * name.Length) && fields.Add(new(name + ".sum", PayloadValue.Of(total), at, unit is null ? null : unit + "s") { AtFromArrival = fromArrival });
    }

    private bool TryName(string own, out string name)
    {
        name = own.Length == 0 ? _baseName : _baseName.Length == 0 ? own : _lastName ?? "";
        // A pack mostly repeats one name; the joined one is kept, not made again.
        if (own.Length > 0 && _baseName.Length > 0 && !(name.Length == _baseName.Length + own.Length && name.EndsWith(own, StringComparison.Ordinal)))
        {
            if (!fields.Charge(24 + 2 * (_baseName.Length + own.Length))) return false;
            _lastName = name = _baseName + own;
        }
        if (name.Length == 0) return Reject("has no name");
        if (name.Length > PayloadLimits.LongestPath) return Reject($"has a name of more than {PayloadLimits.LongestPath} characters");
        return char.IsAsciiLetterOrDigit(name[0]) && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0 || Reject($"has the name {JsonMessage.Quote(name)}; names are letters, digits and -:./_ and begin with one of the first two");
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:./_");

    private bool TryTime(ExactDecimal? own, out Stamp? at, out bool fromArrival)
    {
        (at, fromArrival) = (null, false);
        if (!ExactNumbers.TryAdd(_baseTime, own ?? default, out var time) || !ExactNumbers.TryStamp(time, EpochUnit.Seconds, out var stamp)) return Reject("has a time that is no moment");
        if (time.Mantissa == 0) return true;
        fromArrival = time.ToDouble() < RelativeBelow;
        at = fromArrival ? arrived + stamp.Nanoseconds : stamp;
        return true;
    }
}
