using Akka.Actor;
using Akka.Serialization;
using MELT.Actors.Journal;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>MELT's serializer as Akka.NET sees it: what is stored and what crosses nodes, bound by manifest, never by CLR name.</summary>
internal sealed class MeltSerializer(ExtendedActorSystem system, EventSerializer serializer) : SerializerWithStringManifest(system)
{
    public override int Identifier => EventSerializer.Identifier;

    public override string Manifest(object o) => serializer.ManifestOf(o);

    public override byte[] ToBinary(object obj) => serializer.Write(obj).Bytes;

    public override object FromBinary(byte[] bytes, string manifest) => serializer.Read(manifest, bytes);
}
