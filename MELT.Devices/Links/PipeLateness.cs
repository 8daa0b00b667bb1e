using System.IO.Pipes;
using MELT.Devices.Time;

namespace MELT.Devices.Links;

/// <summary>How late what a child writes is noticed here: the longest of a few dozen trips through a pipe of our own, in nanoseconds.</summary>
internal static class PipeLateness
{
    private const int Trips = 32;

    public static async Task<double> MeasureAsync(HostClock clock)
    {
        await using var to = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var from = new AnonymousPipeClientStream(PipeDirection.In, to.ClientSafePipeHandle);
        var one = new byte[1];
        var longest = 0L;
        for (var i = 0; i < Trips; i++)
        {
            var reading = from.ReadAsync(one);
            var written = clock.Now;
            await to.WriteAsync(one);
            await reading;
            if (i > 0) { longest = Math.Max(longest, clock.Now - written); }
        }
        return longest;
    }
}
