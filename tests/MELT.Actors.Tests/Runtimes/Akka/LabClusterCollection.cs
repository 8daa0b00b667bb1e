namespace MELT.Actors.Tests.Runtimes.Akka;

/// <summary>Clusters run alone: failure detectors take a busy machine for a dead one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabClusterCollection
{
    public const string Name = "laboratory clusters";
}
