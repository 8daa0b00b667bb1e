using System.Globalization;

namespace MELT.Host.Commands;

/// <summary>How far a count is, on standard error once it takes longer than two seconds: a line that rewrites itself on a terminal, one line elsewhere.</summary>
internal sealed class CountProgress(string what, long all, TimeProvider time, string of = "events") : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), Pace = TimeSpan.FromMilliseconds(200);

    private readonly long _begun = time.GetTimestamp();
    private TimeSpan _shown;

    public void Show(long done)
    {
        var elapsed = time.GetElapsedTime(_begun);
        if (elapsed < Patience || elapsed < _shown + Pace || (Console.IsErrorRedirected && _shown > TimeSpan.Zero)) return;
        _shown = elapsed;
        var left = elapsed * ((all - done) / (double)Math.Max(1, done));
        var text = string.Create(CultureInfo.InvariantCulture, $"{what}: {done} of {all} {of}, about {Math.Ceiling(left.TotalSeconds):0} s left");
        if (Console.IsErrorRedirected) Console.Error.WriteLine(text);
        else Console.Error.Write($"\r\e[K{text}");
    }

    public void Dispose()
    {
        if (_shown > TimeSpan.Zero && !Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
    }
}
