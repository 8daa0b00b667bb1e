using System.Globalization;
using Akka.Actor;
using Akka.Cluster;

namespace MELT.Actors.Runtimes.Akka;

/// <summary>A node as a device's actor remembers it: address and the number of that life of the node.</summary>
internal static class LinkId
{
    public static string Of(UniqueAddress node) => string.Create(CultureInfo.InvariantCulture, $"{node.Address}#{node.Uid}");

    /// <summary>The member that is meant; null: it has left or died, and whoever is at that address now is another one.</summary>
    public static Member? MemberOf(Cluster cluster, string link) =>
        cluster.State.Members.FirstOrDefault(m => Of(m.UniqueAddress) == link && m.Status is not (MemberStatus.Down or MemberStatus.Removed));

    public static ActorPath LinksOn(Address address) => new RootActorPath(address) / "user" / LinkHost.Name;
}
