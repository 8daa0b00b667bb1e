using System.Text;

namespace MELT.Devices.Models;

/// <summary>Writes a GGUF file of version 3: first everything that describes it, then the weights, tensor by tensor in the order they were declared.</summary>
internal sealed class GgufWriter(Stream file) : IDisposable
{
    private const int Alignment = 32;
    private readonly List<(string Key, uint Type, Action<BinaryWriter> Write)> _entries = [];
    private readonly List<(string Name, long[] Dimensions, uint Type, long Bytes)> _tensors = [];
    private readonly BinaryWriter _writer = new(file, Encoding.UTF8, leaveOpen: true);

    public void Add(string key, uint value) => _entries.Add((key, 4, w => w.Write(value)));
    public void Add(string key, float value) => _entries.Add((key, 6, w => w.Write(value)));
    public void Add(string key, bool value) => _entries.Add((key, 7, w => w.Write(value)));
    public void Add(string key, string value) => _entries.Add((key, 8, w => WriteText(w, value)));
    public void Add(string key, IReadOnlyList<string> values) => AddArray(key, 8, values, WriteText);
    public void Add(string key, IReadOnlyList<float> values) => AddArray(key, 6, values, static (w, v) => w.Write(v));
    public void Add(string key, IReadOnlyList<int> values) => AddArray(key, 5, values, static (w, v) => w.Write(v));

    public void Declare(string name, uint type, params long[] dimensions) =>
        _tensors.Add((name, dimensions, type, GgufTensorType.Bytes(type, dimensions.Aggregate(1L, (a, b) => a * b))!.Value));

    public void WriteHead()
    {
        _writer.Write(GgufReader.Magic);
        _writer.Write(3u);
        _writer.Write((ulong)_tensors.Count);
        _writer.Write((ulong)_entries.Count);
        foreach (var (key, type, write) in _entries)
        {
            WriteText(_writer, key);
            _writer.Write(type);
            write(_writer);
        }
        var offset = 0L;
        foreach (var (name, dimensions, type, bytes) in _tensors)
        {
            WriteText(_writer, name);
            _writer.Write((uint)dimensions.Length);
            foreach (var size in dimensions) { _writer.Write((ulong)size); }
            _writer.Write(type);
            _writer.Write((ulong)offset);
            offset += Aligned(bytes);
        }
        Pad();
    }

    /// <summary>Fills up to the next tensor's place.</summary>
    public void Pad()
    {
        _writer.Flush();
        file.Write(stackalloc byte[(int)(Aligned(file.Position) - file.Position)]);
    }

    public void Dispose() => _writer.Dispose();

    private void AddArray<T>(string key, uint type, IReadOnlyList<T> values, Action<BinaryWriter, T> write)
    {
        _entries.Add((key, 9, WriteArray));

        void WriteArray(BinaryWriter writer)
        {
            writer.Write(type);
            writer.Write((ulong)values.Count);
            foreach (var value in values) { write(writer, value); }
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;
}
