using System.Threading.Channels;
using MELT.Devices.Time;
using MELT.Sensors.Mqtt;
using Microsoft.Extensions.Logging;

namespace MELT.Actors.Ingest.Foreign;

/// <summary>Where messages of unknown topics are kept, and how much of them.</summary>
/// <param name="Folder">One folder below it per topic.</param>
/// <param name="RoomPerTopic">Bytes; the oldest quarter of a topic's messages goes when they are used up.</param>
/// <param name="Topics">The topic that was written longest ago goes when there are more.</param>
public sealed record KeptTopicsOptions(string Folder, long RoomPerTopic = 1 << 20, int Topics = 256);

/// <summary>What was kept of one topic, and the files that hold it.</summary>
public sealed record KeptPart(string Topic, IReadOnlyList<string> Files, IEnumerable<KeptMessage> Messages);

/// <summary>
/// The bounded store of messages that no rule knew when they came, so that a rule confirmed later holds for them, too. It never makes readings wait:
/// what comes faster than the disk takes it is counted and not kept. A message is acknowledged when it is on the disk, or is not going to be.
/// </summary>
public sealed class KeptTopics : IAsyncDisposable
{
    private const int Room = 1024;
    private const int OpenFiles = 64;

    private readonly KeptTopicsOptions _options;
    private readonly ILogger _log;
    private readonly Channel<Entry> _waiting = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Room) { SingleReader = true });
    private readonly Dictionary<string, KeptTopic> _topics = new(StringComparer.Ordinal);
    private readonly Task _running;
    private int _folders;
    private bool _failing;
    private long _notKept;

    private abstract record Entry
    {
        public sealed record Message(MqttDelivery Delivery, Stamp Arrived) : Entry;
        /// <summary>Everything before it is on the disk, and no file is open.</summary>
        public sealed record Barrier(TaskCompletionSource Reached) : Entry;
        /// <summary>These files were read and their messages stored elsewhere.</summary>
        public sealed record Forget(KeptPart Part) : Entry;
    }

    public KeptTopics(KeptTopicsOptions options, ILogger log)
    {
        (_options, _log) = (options, log);
        Directory.CreateDirectory(options.Folder);
        Id = Identity(Path.Combine(options.Folder, "id"));
        _folders = Directory.GetDirectories(options.Folder).Length;
        _running = Task.Run(RunAsync);
    }

    public string Folder => _options.Folder;

    /// <summary>Tells this store from those of other nodes, which may keep messages of the same topics.</summary>
    public string Id { get; }

    /// <summary>Messages that were too many or too large to keep.</summary>
    public long NotKept => Interlocked.Read(ref _notKept);

    /// <summary>Keeps a message, or lets it go; it is acknowledged either way.</summary>
    public void Keep(MqttDelivery delivery, Stamp arrived)
    {
        if (!_waiting.Writer.TryWrite(new Entry.Message(delivery, arrived))) LetGo(delivery);
    }

    /// <summary>Completes when everything given before is on the disk.</summary>
    public async Task FlushAsync(CancellationToken stop)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(new Entry.Barrier(reached), stop);
        await reached.Task.WaitAsync(stop);
    }

    /// <summary>Topics of which something is kept.</summary>
    public IEnumerable<string> Topics => Folders(_options).Select(t => t.Topic);

    /// <summary>What is kept of a topic, oldest first; <see cref="FlushAsync"/> before, so that nothing is being written to it.</summary>
    public KeptPart Read(string topic)
    {
        var kept = KeptTopic.In(_options.Folder, topic, _options.RoomPerTopic);
        var files = kept.Files();
        return new(topic, files, kept.Read(files));
    }

    /// <summary>Only these files of it, as far as they are still there.</summary>
    public KeptPart Read(string topic, IReadOnlyCollection<string> only)
    {
        var kept = KeptTopic.In(_options.Folder, topic, _options.RoomPerTopic);
        string[] files = [.. kept.Files().Where(only.Contains)];
        return new(topic, files, kept.Read(files));
    }

    /// <summary>All that is kept in a folder, topic by topic, for whoever only looks.</summary>
    public static IEnumerable<KeptMessage> ReadAll(KeptTopicsOptions options) => Directory.Exists(options.Folder) ? Folders(options).SelectMany(t => t.Read()) : [];

    /// <summary>What was read is understood now, and stored where it belongs. What came since then stays.</summary>
    public ValueTask ForgetAsync(KeptPart part, CancellationToken stop) => _waiting.Writer.WriteAsync(new Entry.Forget(part), stop);

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
    }

    private static string Identity(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file) is { Length: 32 } known) return known;
        var id = Guid.NewGuid().ToString("n");
        File.WriteAllText(file, id);
        return id;
    }

    private async Task RunAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var (written, barriers) = (new List<MqttDelivery>(), new List<TaskCompletionSource>());
            while (written.Count < Room && _waiting.Reader.TryRead(out var entry))
            {
                if (entry is Entry.Barrier b) barriers.Add(b.Reached);
                else if (entry is Entry.Forget f) Try(() => Forget(f.Part));
                else if (entry is Entry.Message m && TryWrite(m)) written.Add(m.Delivery);
            }
            Commit(closing: _topics.Values.Count(t => t.IsOpen) > OpenFiles, sealing: barriers.Count > 0);
            foreach (var delivery in written) Acknowledge(delivery);
            foreach (var barrier in barriers) barrier.TrySetResult();
        }
        Commit(closing: true, sealing: false);
    }

    /// <summary>What goes wrong with files ends no loop: messages of unknown topics are worth less than what comes behind them.</summary>
    private bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Once, until it works again: a full disk would be told of with every message.
            if (!_failing) _log.LogError(e, "Messages of unknown topics cannot be kept");
            _failing = true;
            return false;
        }
    }

    private bool TryWrite(Entry.Message message)
    {
        var fits = false;
        if (Try(() => fits = TopicOf(message.Delivery.Topic).TryWrite(message.Arrived, message.Delivery.Payload.Span)) && fits)
        {
            _failing = false;
            return true;
        }
        // What was written of it is a torn end.
        if (!fits && _topics.TryGetValue(message.Delivery.Topic, out var topic) && topic.IsOpen) Try(topic.Seal);
        LetGo(message.Delivery);
        return false;
    }

    private KeptTopic TopicOf(string name)
    {
        if (_topics.TryGetValue(name, out var known)) return known;
        var topic = KeptTopic.In(_options.Folder, name, _options.RoomPerTopic);
        if (!Directory.Exists(topic.Folder) && ++_folders > _options.Topics && Folders(_options).Where(t => !(_topics.GetValueOrDefault(t.Topic)?.IsOpen ?? false)).MinBy(t => Directory.GetLastWriteTimeUtc(t.Folder)) is { } oldest)
        {
            _log.LogWarning("More than {Most} unknown topics: what was kept of {Topic} is let go", _options.Topics, oldest.Topic);
            Delete(oldest.Topic);
        }
        return _topics[name] = topic;
    }

    private void Forget(KeptPart part)
    {
        foreach (var file in part.Files)
            if (File.Exists(file)) File.Delete(file);
        var topic = _topics.GetValueOrDefault(part.Topic) ?? KeptTopic.In(_options.Folder, part.Topic, _options.RoomPerTopic);
        if (Directory.Exists(topic.Folder) && topic.Files().Length == 0) Delete(part.Topic);
    }

    private void Delete(string name)
    {
        (_topics.GetValueOrDefault(name) ?? KeptTopic.In(_options.Folder, name, _options.RoomPerTopic)).Delete();
        _topics.Remove(name);
        _folders--;
    }

    /// <summary>On the disk; sealed where somebody is about to read.</summary>
    private void Commit(bool closing, bool sealing)
    {
        foreach (var topic in _topics.Values.Where(t => t.IsOpen || sealing))
        {
            var done = Try(topic.Flush);
            if (sealing || !done) Try(topic.Seal);
            else if (closing) Try(topic.Close);
        }
    }

    private void LetGo(MqttDelivery delivery)
    {
        Interlocked.Increment(ref _notKept);
        IngestCounters.NotKept();
        Acknowledge(delivery);
    }

    private static void Acknowledge(MqttDelivery delivery)
    {
        delivery.Acknowledge();
        IngestCounters.Acknowledged();
    }

    private static IEnumerable<KeptTopic> Folders(KeptTopicsOptions options) =>
        Directory.EnumerateDirectories(options.Folder).Order(StringComparer.Ordinal).Select(folder => KeptTopic.At(folder, options.RoomPerTopic)).OfType<KeptTopic>();
}
