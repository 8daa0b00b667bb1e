using System.Globalization;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Import;

/// <summary>One file of a record: its bytes, its lines, and complaints that name it.</summary>
internal sealed class RecordFile
{
    /// <summary>Larger files are no records of these formats.</summary>
    private const long MostBytes = 1L << 30;

    private RecordFile(string path, byte[] bytes) => (Path, Bytes) = (path, bytes);

    public string Path { get; }
    public byte[] Bytes { get; }

    /// <summary>Reads the file, or says that it is missing, unreadable or empty.</summary>
    public static RecordFile Read(string path, string expected)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw new ImportException(path, null, "there is no such file", expected);
            if (file.Length == 0) throw new ImportException(path, null, "the file is empty", expected);
            if (file.Length > MostBytes) throw new ImportException(path, null, $"the file has {file.Length} bytes", $"{expected} of at most {MostBytes} bytes");
            return new(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException(path, null, e.Message, expected, e);
        }
    }

    /// <summary>Lines with their numbers from 1, without empty ones at the end.</summary>
    public IReadOnlyList<Line> Lines()
    {
        var lines = System.Text.Encoding.UTF8.GetString(Bytes).TrimEnd('\n', '\r', ' ').Split('\n');
        return [.. lines.Select((text, i) => new Line(this, i + 1, text.TrimEnd('\r')))];
    }

    public ImportException Wrong(string? place, string wrong, string expected, Exception? inner = null) => new(Path, place, wrong, expected, inner);

    public ImportException WrongAt(long offset, string wrong, string expected) => Wrong(string.Create(CultureInfo.InvariantCulture, $"offset {offset}"), wrong, expected);
}

/// <summary>One line of a text file.</summary>
internal sealed record Line(RecordFile File, int Number, string Text)
{
    public ImportException Wrong(string wrong, string expected) => File.Wrong(Place, wrong, expected);

    public ImportException Is(string expected) => Is(Text, expected);

    public ImportException Is(string text, string expected) => Wrong(JsonMessage.Quote(text), expected);

    public string Source => string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(File.Path)} line {Number}");

    private string Place => string.Create(CultureInfo.InvariantCulture, $"line {Number}");

    public long Integer(string text, string expected) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Is(text, expected);

    public double Number64(string text, string expected) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw Is(text, expected);

    /// <summary>A moment of a text clock read as if its zone were UTC, nanoseconds.</summary>
    public long Moment(string text, string format) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? (moment - DateTime.UnixEpoch).Ticks * 100
            : throw Is(text, $"a time as {format}");
}
