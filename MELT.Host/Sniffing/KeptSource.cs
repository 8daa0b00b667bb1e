using System.Runtime.CompilerServices;
using MELT.Actors.Ingest.Foreign;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Sniffing;

/// <summary>What the laboratory kept of topics that no rule knew when their messages came; it is read through once, topic by topic.</summary>
internal sealed class KeptSource(KeptTopicsOptions kept, string filter) : IMessageSource
{
    public string Name => kept.Folder;

    public async IAsyncEnumerable<HeardMessage> ListenAsync([EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var message in KeptTopics.ReadAll(kept))
        {
            if (stop.IsCancellationRequested) yield break;
            if (TopicFilter.Matches(filter, message.Topic)) yield return new(message.Topic, message.Payload, message.Arrived);
        }
        await Task.CompletedTask;
    }
}
