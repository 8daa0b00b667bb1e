using System.Buffers.Binary;
using System.Text;

namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>A message as a schema reads it, field by field; what the schema does not know is an error. It shares no code with the writer.</summary>
internal sealed class ProtoMessage
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly List<(string Name, object Value)> _fields = [];

    private ProtoMessage(ProtoSchema schema, string type, ReadOnlySpan<byte> bytes)
    {
        var fields = schema.Messages[type];
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            if (!fields.TryGetValue((int)(tag >> 3), out var field)) throw new InvalidDataException($"{type} has no field {tag >> 3}");
            _fields.Add((field.Name, Value(schema, type, field, (int)(tag & 7), ref bytes)));
        }
        foreach (var once in _fields.GroupBy(f => f.Name).Where(f => f.Count() > 1))
            if (!fields.Values.Single(f => f.Name == once.Key).Repeated) throw new InvalidDataException($"{type} has {once.Key} {once.Count()} times");
    }

    public static ProtoMessage Parse(ProtoSchema schema, string type, ReadOnlySpan<byte> bytes) => new(schema, type, bytes);

    public bool Has(string field) => _fields.Any(f => f.Name == field);
    public IEnumerable<T> All<T>(string field) => _fields.Where(f => f.Name == field).Select(f => (T)f.Value);
    public T One<T>(string field) => All<T>(field).Single();
    public ProtoMessage Part(string field) => One<ProtoMessage>(field);
    public IEnumerable<ProtoMessage> Parts(string field) => All<ProtoMessage>(field);
    public string Text(string field) => One<string>(field);
    public long Number(string field) => One<long>(field);

    // Whole numbers are long, whatever they are in the schema: none that is written is larger. An enumeration is its word.
    private static object Value(ProtoSchema schema, string message, ProtoField field, int wire, ref ReadOnlySpan<byte> bytes)
    {
        switch (field.Type)
        {
            case "double":
                Expect(1);
                var number = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
                bytes = bytes[sizeof(double)..];
                return number;
            case "bool":
                Expect(0);
                return Varint(ref bytes) != 0;
            case "int32" or "int64" or "uint32" or "uint64":
                Expect(0);
                return unchecked((long)Varint(ref bytes));
            case "string":
                Expect(2);
                return Strict.GetString(Delimited(ref bytes));
        }
        var type = schema.Resolve(message, field.Type) ?? throw new InvalidDataException($"{message}.{field.Name} is of {field.Type}, which the schema does not have");
        if (schema.Enumerations.TryGetValue(type, out var words))
        {
            Expect(0);
            return words[(long)Varint(ref bytes)];
        }
        Expect(2);
        return new ProtoMessage(schema, type, Delimited(ref bytes));

        void Expect(int expected)
        {
            if (wire != expected) throw new InvalidDataException($"{message}.{field.Name} has wire type {wire}, not {expected}");
        }
    }

    private static ReadOnlySpan<byte> Delimited(ref ReadOnlySpan<byte> bytes)
    {
        var length = (int)Varint(ref bytes);
        var part = bytes[..length];
        bytes = bytes[length..];
        return part;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var digit = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(digit & 0x7f) << shift;
            if (digit < 0x80) return value;
        }
    }
}
