using System.Globalization;

namespace MELT.Host.Selftests.Crash;

/// <summary>How far the kills are, on standard error once it takes longer than two seconds: a line that rewrites itself on a terminal, now and then a line elsewhere.</summary>
internal sealed class CrashProgress(int kills, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), BetweenLines = TimeSpan.FromSeconds(10);
    private readonly long _begun = time.GetTimestamp();
    private TimeSpan _shown;
    private bool _open;

    public void Show(int done, long acknowledged)
    {
        var elapsed = time.GetElapsedTime(_begun);
        if (elapsed < Patience || (Console.IsErrorRedirected && _shown > TimeSpan.Zero && elapsed - _shown < BetweenLines)) return;
        (_shown, _open) = (elapsed, !Console.IsErrorRedirected);
        var left = elapsed * ((kills - done) / (double)done);
        var text = string.Create(CultureInfo.InvariantCulture, $"kill {done} of {kills}, {acknowledged} readings acknowledged, about {Math.Ceiling(left.TotalSeconds):0} s left");
        if (_open) Console.Error.Write($"\r\e[K{text}");
        else Console.Error.WriteLine(text);
    }

    public void Dispose()
    {
        if (_open) Console.Error.Write("\r\e[K");
    }
}
