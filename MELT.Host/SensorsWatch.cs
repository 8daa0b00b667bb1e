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

    /// <summary>A change counts when two looks agree: an editor may have emptied the file before it writes it again.</summary>
    private async Task RunAsync(string adopted, TimeProvider time)
    {
        using var timer = new PeriodicTimer(Rhythm, time);
        var before = adopted;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var now = Look();
                if (now != adopted && now == before && await AdoptAsync()) adopted = now;
                before = now;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { }
    }

    /// <summary>False: it is to be tried again.</summary>
    private async Task<bool> AdoptAsync()
    {
        try
        {
            var read = SensorsReader.Load(_sources);
            if (read.Value is { } rules) await _topics.AdoptAsync(rules.Rules, _stop.Token);
            foreach (var problem in read.Problems) _log.LogError("sensors.conf was changed and is not used: {Problem}", problem);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogError(e, "sensors.conf was changed and could not be adopted; it is tried again");
            return false;
        }
    }

    /// <summary>Equal while no file changed.</summary>
    private string Look() => string.Join(' ', HoconFiles.Places(SensorsReader.File, _sources).Select(path => new FileInfo(path) is { Exists: true } file ? $"{file.Length}@{file.LastWriteTimeUtc.Ticks}" : "-"));
}
