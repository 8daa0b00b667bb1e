using Microsoft.Extensions.Logging;

namespace MELT.Host.Serve;

/// <summary>What a build with a cluster brings.</summary>
internal interface IClusterBuild
{
    /// <summary>Opens this node's part of the laboratory and begins to join the others.</summary>
    Task<Laboratory> OpenAsync(LaboratoryOptions options, ClusterSetting cluster, ILoggerFactory logs, TimeProvider time, CancellationToken stop);
}

/// <summary>Whether this build can be a node of a cluster.</summary>
internal static partial class ClusterBuild
{
    /// <summary>Null: this is the build without Akka.NET.</summary>
    public static IClusterBuild? Here
    {
        get
        {
            IClusterBuild? build = null;
            Provide(ref build);
            return build;
        }
    }

    static partial void Provide(ref IClusterBuild? build);
}
