using MELT.Actors.Ingest.Foreign;
using MELT.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace MELT.Host;

/// <summary>
/// Looks whether a file of sensors.conf changed, once a second, since not every file system tells; what changed is adopted while MELT runs.
/// A file with a mistake in it is told of, and the rules stay as they are.
/// </summary>
internal sealed class SensorsWatch : IAsyncDisposable
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);

    private readonly ConfigurationSources _sources;
    private readonly ForeignTopics _topics;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public SensorsWatch(ConfigurationSources sources, ForeignTopics topics, TimeProvider time, ILogger log)
    {
        (_sources, _topics, _log) = (sources, topics, log);
        var seen = Look();
        _running = Task.Run(() => RunAsync(seen, time));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(string seen, TimeProvider time)
    {
        using var timer = new PeriodicTimer(Rhythm, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (Look() is var now && now == seen) continue;
                seen = now;
                if (SensorsReader.Load(_sources) is { Value: { } rules }) await _topics.AdoptAsync(rules.Rules, _stop.Token);
                else foreach (var problem in SensorsReader.Load(_sources).Problems) _log.LogError("sensors.conf was changed and is not used: {Problem}", problem);
            }
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>Equal while no file changed.</summary>
    private string Look() => string.Join(' ', HoconFiles.Places(SensorsReader.File, _sources).Select(path => new FileInfo(path) is { Exists: true } file ? $"{file.Length}@{file.LastWriteTimeUtc.Ticks}" : "-"));
}
