using MELT.Devices.Links;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Links;

public sealed class LinkOpeningTests
{
    private readonly Skipping _time = new();

    [Fact]
    public async Task A_device_that_comes_back_is_waited_for_with_growing_rests()
    {
        var tries = 0;

        await using var link = await LinkOpening.OpenAsync(_ => ++tries < 9 ? throw new LinkException("gone.") : Task.FromResult<ILink>(new LocalLink(HostClock.Start(_time))), TimeSpan.FromMinutes(1), _time, default);

        tries.ShouldBe(9);
        _time.Rests.Select(r => r.TotalSeconds).ShouldBe([0.25, 0.5, 1, 2, 4, 8, 10, 10]);
    }

    [Fact]
    public async Task A_device_that_stays_away_is_given_up_with_how_often_and_how_long()
    {
        var failed = await Should.ThrowAsync<LinkException>(LinkOpening.OpenAsync(_ => throw new LinkException("adb x: it is offline."), TimeSpan.FromSeconds(5), _time, default));

        failed.Message.ShouldBe("adb x: it is offline. Tried 5 times in 3.8 s.");
    }

    [Fact]
    public async Task Without_patience_it_is_tried_once() =>
        (await Should.ThrowAsync<LinkException>(LinkOpening.OpenAsync(_ => throw new LinkException("no."), TimeSpan.Zero, _time, default))).Message.ShouldBe("no. Tried once in 0 s.");

    [Fact]
    public async Task An_attempt_that_hangs_is_given_up_when_patience_is_out()
    {
        var failed = await Should.ThrowAsync<LinkException>(LinkOpening.OpenAsync(async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException();
        }, TimeSpan.FromMilliseconds(50), TimeProvider.System, default));

        failed.Message.ShouldStartWith("it did not answer. Tried once");
    }

    [Fact]
    public async Task Whoever_stops_it_is_obeyed()
    {
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(LinkOpening.OpenAsync(async token =>
        {
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
            throw new InvalidOperationException();
        }, TimeSpan.FromMinutes(1), TimeProvider.System, stop.Token));
    }

    /// <summary>A time in which every rest is over at once; a limit never comes by itself.</summary>
    private sealed class Skipping : TimeProvider
    {
        private long _now;

        public List<TimeSpan> Rests { get; } = [];
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (state is CancellationTokenSource) { return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period); }
            Rests.Add(dueTime);
            _now += dueTime.Ticks;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
