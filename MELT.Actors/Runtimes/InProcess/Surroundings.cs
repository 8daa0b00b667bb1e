using MELT.Actors.Journal;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Runtimes.InProcess;

/// <summary>What every entity of one runtime shares.</summary>
internal sealed class Surroundings(IJournal journal, InProcessOptions options, ILogger log)
{
    public IJournal Journal { get; } = journal;
    public InProcessOptions Options { get; } = options;
    public TimeProvider Time => Options.Time;
    public ILogger Log { get; } = log;
    public Tally Mail { get; } = new();
    public Tally Work { get; } = new();
    public Subscriptions Subscriptions { get; } = new(log);
    public CancellationTokenSource Stopped { get; } = new();

    /// <summary>Sends to an entity: kind, id, command.</summary>
    public required Action<string, string, object> Send { get; init; }
    public required Action<IAddress> Ended { get; init; }

    public void Publish(object fact) => Options.Port.Carry(fact, () => Subscriptions.Publish(fact));
}
