using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MELT.Devices.Time;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>
/// The newest messages of one topic, in a folder of its own: segments of a quarter of the room, of which the oldest goes when there are more than four.
/// What is flushed survives a power cut.
/// </summary>
internal sealed class KeptTopic : IDisposable
{
    private const int Segments = 4;
    private const string NameFile = "topic";

    private readonly long _segmentBytes;
    private FileStream? _open;
    private long _number;

    private KeptTopic(string folder, string topic, long room) => (Folder, Topic, _segmentBytes) = (folder, topic, room / Segments);

    public string Folder { get; }
    public string Topic { get; }

    /// <summary>The folder of a topic, which need not exist yet.</summary>
    public static KeptTopic In(string root, string topic, long room) =>
        new(Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(topic)))[..24]), topic, room);

    /// <summary>The topic of an existing folder; null where it is none of ours.</summary>
    public static KeptTopic? At(string folder, long room) =>
        Path.Combine(folder, NameFile) is var name && File.Exists(name) ? new(folder, File.ReadAllText(name), room) : null;

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

    /// <summary>Oldest first.</summary>
    public IEnumerable<KeptMessage> Read() => Read(Files());

    public IEnumerable<KeptMessage> Read(IEnumerable<string> files) => files.SelectMany(file => KeptMessageFormat.Read(Topic, File.ReadAllBytes(file)));

    public string[] Files() => Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "*.log").Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    public void Delete()
    {
        Dispose();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A new run begins a new segment: behind the torn end of an old one nothing could be read.</summary>
    private FileStream Segment(int length)
    {
        if (_open is { } open && open.Length + length <= _segmentBytes) return open;
        Dispose();
        if (!Directory.Exists(Folder))
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(Path.Combine(Folder, NameFile), Topic);
        }
        var files = Files();
        foreach (var old in files.Take(Math.Max(0, files.Length - Segments + 1))) File.Delete(old);
        _number = Math.Max(_number, files.Length == 0 ? 0 : long.Parse(Path.GetFileNameWithoutExtension(files[^1]), CultureInfo.InvariantCulture)) + 1;
        return _open = new FileStream(Path.Combine(Folder, _number.ToString("d12", CultureInfo.InvariantCulture) + ".log"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }
}
