using MELT.Actors.Ingest.Foreign;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Sniffing;

/// <summary>What the laboratory kept of topics that no rule knew when their messages came; it is read through once, topic by topic.</summary>
internal sealed class KeptSource(KeptTopicsOptions kept, string filter) : IMessageSource
{
    public string Name => kept.Folder;

    public IAsyncEnumerable<HeardMessage> ListenAsync(TimeSpan? length, CancellationToken stop) => KeptTopics.ReadAll(kept).TakeWhile(_ => !stop.IsCancellationRequested)
        .Where(m => TopicFilter.Matches(filter, m.Topic)).Select(m => new HeardMessage(m.Topic, m.Payload, m.Arrived)).ToAsyncEnumerable();
}
