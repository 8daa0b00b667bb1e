using System.Globalization;
using MELT.Sensors.Alignment;
using MELT.Sensors.Import;

namespace MELT.Host.Commands;

/// <summary>How far an import is, on standard error once it takes longer than two seconds: a line that rewrites itself on a terminal, a line per recording elsewhere.</summary>
internal sealed class ImportProgress(IReadOnlyList<ImportedRecording> recordings, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly long _begun = time.GetTimestamp();
    private readonly long _all = recordings.Sum(Readings);
    private ImportedRecording? _shown;
    private bool _open;

    public static long Readings(ImportedRecording recording) => recording.Entries.OfType<RecordingEntry.Block>().Sum(b => (long)b.Samples.Count);

    public void Show(ImportedRecording recording, long stored)
    {
        var elapsed = time.GetElapsedTime(_begun);
        if (elapsed < Patience || (Console.IsErrorRedirected && _shown == recording)) return;
        _shown = recording;
        var done = recordings.TakeWhile(r => r.Sha256 != recording.Sha256).Sum(Readings) + stored;
        var left = elapsed * ((_all - done) / (double)Math.Max(1, done));
        var text = string.Create(CultureInfo.InvariantCulture, $"importing {recording.Name}: {done} of {_all} readings, about {Math.Ceiling(left.TotalSeconds):0} s left");
        _open = !Console.IsErrorRedirected;
        if (_open) Console.Error.Write($"\r\e[K{text}");
        else Console.Error.WriteLine(text);
    }

    public void Dispose()
    {
        if (_open) Console.Error.Write("\r\e[K");
    }
}
