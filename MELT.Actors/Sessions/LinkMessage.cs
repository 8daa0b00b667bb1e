using System.Text;
using MELT.Actors.Runtimes;

namespace MELT.Actors.Sessions;

/// <summary>Between a session's node and the node where its device is plugged in. An order is repeated under its id until it is answered, and followed once.</summary>
public abstract record LinkMessage(string Id)
{
    public sealed record Order(string Id, WorkOrder Work) : LinkMessage(Id);
    public sealed record Answer(string Id, SessionCommand Says) : LinkMessage(Id);
    /// <summary>Nobody waits for the answer any more.</summary>
    public sealed record Abandon(string Id) : LinkMessage(Id);
}

/// <summary>The bytes of <c>link.order.v1</c> and <c>link.answer.v1</c>, little-endian: id and, for an order, device (length-prefixed UTF-8) and lease number (i64); manifest and bytes (i32 length) of what is inside.</summary>
internal static class LinkFormat
{
    public static byte[] Write(LinkMessage.Order order) => Write(to =>
    {
        to.Write(order.Id);
        to.Write(order.Work.Device.Value);
        to.Write(order.Work.Epoch);
        WriteInside(to, order.Work.Work);
    });

    public static byte[] Write(LinkMessage.Answer answer) => Write(to =>
    {
        to.Write(answer.Id);
        WriteInside(to, answer.Says);
    });

    public static LinkMessage.Order ReadOrder(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new(from.ReadString(), new(new(from.ReadString()), from.ReadInt64(), (SessionWork)ReadInside(from)));
    }

    public static LinkMessage.Answer ReadAnswer(byte[] bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new(from.ReadString(), (SessionCommand)ReadInside(from));
    }

    private static byte[] Write(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream, Encoding.UTF8);
        write(to);
        to.Flush();
        return stream.ToArray();
    }

    private static void WriteInside(BinaryWriter to, object message)
    {
        var (manifest, bytes) = (MeltMessages.Serializer.ManifestOf(message), MeltMessages.Serializer.Write(message).Bytes);
        to.Write(manifest);
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    private static object ReadInside(BinaryReader from) => MeltMessages.Serializer.Read(from.ReadString(), from.ReadBytes(from.ReadInt32()));
}
