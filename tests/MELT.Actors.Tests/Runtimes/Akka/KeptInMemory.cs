using System.Buffers.Binary;
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Serialization;

namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>For objects that cannot be written and never leave their process: the bytes are the number under which the object lies here.</summary>
public sealed class KeptInMemory(ExtendedActorSystem system) : Serializer(system)
{
    private static readonly ConcurrentDictionary<long, object> Kept = new();
    private static long _last;

    public override int Identifier => 9001;
    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        var number = Interlocked.Increment(ref _last);
        Kept[number] = obj;
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    public override object FromBinary(byte[] bytes, Type type) => Kept.TryRemove(BinaryPrimitives.ReadInt64LittleEndian(bytes), out var kept) ? kept : throw new KeyNotFoundException();
}
