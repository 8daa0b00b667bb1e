using System.Globalization;

namespace MELT.Devices.Links;

/// <summary>Opens a link to a device that may not be there yet, or not any more.</summary>
public static class LinkOpening
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250), Longest = TimeSpan.FromSeconds(10);

    /// <summary>Tries again after rests that double, until it succeeds or patience has run out; then <see cref="LinkException"/> says how often and how long it tried.</summary>
    public static async Task<ILink> OpenAsync(Func<CancellationToken, Task<ILink>> open, TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(patience, time);
        using var trying = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        LinkException? last = null;
        for (var (tries, rest) = (1, First); ; tries++, rest = rest + rest < Longest ? rest + rest : Longest)
        {
            try
            {
                return await open(trying.Token);
            }
            catch (LinkException e)
            {
                last = e;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                last ??= new("it did not answer.");
            }
            var tried = time.GetElapsedTime(began);
            if (limit.IsCancellationRequested || tried + rest >= patience)
            {
                throw new LinkException(string.Create(CultureInfo.InvariantCulture, $"{last.Message} Tried {(tries == 1 ? "once" : $"{tries} times")} in {tried.TotalSeconds:0.#} s."), last);
            }
            await Task.Delay(rest, time, stop);
        }
    }
}
