namespace MELT.Actors.Runtimes.InProcess;

/// <summary>
/// Carries what is sent or published, at most once by contract. In one process nothing is lost; under a port that drops, doubles and delays,
/// behaviours show that they do not lean on that.
/// </summary>
public interface ISendPort
{
    void Carry(object message, Action deliver);
}

/// <summary>Delivers at once, exactly once.</summary>
public sealed class DirectPort : ISendPort
{
    public void Carry(object message, Action deliver) => deliver();
}
