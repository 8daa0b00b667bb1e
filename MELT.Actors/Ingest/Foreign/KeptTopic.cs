using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MELT.Devices.Time;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>
/// The newest messages of one topic, in a folder of its own: segments of a quarter of the room, of which the oldest go when the room is used up.
/// What is flushed survives a power cut.
/// </summary>
internal sealed class KeptTopic : IDisposable
{
    private const int Segments = 4;
    private const string NameFile = "topic";

    private readonly long _room, _segmentBytes;
    private FileStream? _open;
    /// <summary>The segment that may be appended to: written whole by this run, and read by nobody.</summary>
    private string? _last;

    private KeptTopic(string folder, string topic, long room) => (Folder, Topic, _room, _segmentBytes) = (folder, topic, room, room / Segments);

    public string Folder { get; }
    public string Topic { get; }

    /// <summary>The folder of a topic, which need not exist yet.</summary>
    public static KeptTopic In(string root, string topic, long room) =>
        new(Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(topic)))[..24]), topic, room);

    /// <summary>The topic of an existing folder; null where it is none of ours.</summary>
    public static KeptTopic? At(string folder, long room) =>
        Path.Combine(folder, NameFile) is var name && File.Exists(name) ? new(folder, File.ReadAllText(name), room) : null;

    public bool IsOpen => _open is not null;

    /// <summary>False: the message is larger than a segment.</summary>
    public bool TryWrite(Stamp arrived, ReadOnlySpan<byte> payload)
    {
        var length = KeptMessageFormat.LengthOf(payload);
        if (length > _segmentBytes) return false;
        var bytes = new byte[length];
        KeptMessageFormat.Write(arrived, payload, bytes);
        Segment(length).Write(bytes);
        return true;
    }

    public void Flush() => _open?.Flush(flushToDisk: true);

    /// <summary>What comes next goes into a segment of its own: this one may be read and forgotten, or is torn.</summary>
    public void Seal()
    {
        _last = null;
        Close();
    }

    /// <summary>Oldest first.</summary>
    public IEnumerable<KeptMessage> Read() => Read(Files());

    public IEnumerable<KeptMessage> Read(IEnumerable<string> files) => files.SelectMany(file => KeptMessageFormat.Read(Topic, File.ReadAllBytes(file)));

    public string[] Files() => Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "*.log").Order(StringComparer.Ordinal)] : [];

    public void Close()
    {
        var open = _open;
        _open = null;
        open?.Dispose();
    }

    public void Dispose() => Close();

    public void Delete()
    {
        Seal();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A new run begins a new segment: behind the torn end of an old one nothing could be read.</summary>
    private FileStream Segment(int length)
    {
        if (_open is { } open && open.Length + length <= _segmentBytes) return open;
        Close();
        if (_last is { } last && new FileInfo(last) is { Exists: true } file && file.Length + length <= _segmentBytes)
            return _open = new FileStream(last, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (!Directory.Exists(Folder))
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(Path.Combine(Folder, NameFile), Topic);
        }
        var files = Files();
        var left = _room - _segmentBytes - files.Sum(f => new FileInfo(f).Length);
        foreach (var old in files.TakeWhile(_ => left < 0))
        {
            left += new FileInfo(old).Length;
            File.Delete(old);
        }
        var number = files.Length == 0 ? 1 : long.Parse(Path.GetFileNameWithoutExtension(files[^1]), CultureInfo.InvariantCulture) + 1;
        _last = Path.Combine(Folder, number.ToString("d12", CultureInfo.InvariantCulture) + ".log");
        return _open = new FileStream(_last, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }
}
