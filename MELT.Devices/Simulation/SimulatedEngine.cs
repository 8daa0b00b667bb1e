using System.Threading.Channels;
using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>A simulated device in real time: each event leaves at its stamp or a little later, never earlier.</summary>
public sealed class SimulatedEngine : IEngine
{
    /// <summary>What a command caused; <paramref name="Replaces"/>: instead of everything planned after its moment.</summary>
    private sealed record Answered(Stamp At, bool Replaces, IReadOnlyList<EngineEvent> Events);

    private readonly Lock _gate = new();
    private readonly SimulatedDevice _device;
    private readonly HostClock _clock;
    private readonly TimeProvider _time;
    // A session sends a handful of commands and reads every event; neither queue grows with time. Events of one request are its tokens.
    private readonly Channel<Answered> _answers = Channel.CreateUnbounded<Answered>(new() { SingleReader = true });
    private readonly Channel<EngineEvent> _events = Channel.CreateUnbounded<EngineEvent>(new() { SingleWriter = true });
    private readonly PriorityQueue<EngineEvent, (Stamp At, long Order)> _planned = new();
    private readonly Task _work;
    private long _order;

    public SimulatedEngine(SimulatedDevice device, HostClock clock, TimeProvider time)
    {
        (_device, _clock, _time) = (device, clock, time);
        _work = WorkAsync();
    }

    public ChannelReader<EngineEvent> Events => _events.Reader;
    public int? ProcessId => null;

    public ValueTask SendAsync(EngineCommand command, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        Take(command);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Take(new EngineCommand.Exit());
        await _work.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        await Task.Yield();
        var answer = _answers.Reader.WaitToReadAsync().AsTask();
        for (var exited = false; !exited;)
        {
            if (_planned.TryPeek(out var due, out _)) await UntilAsync(due.At, answer).ConfigureAwait(false);
            else await answer.ConfigureAwait(false);
            if (answer.IsCompleted)
            {
                while (_answers.Reader.TryRead(out var answered)) Plan(answered);
                answer = _answers.Reader.WaitToReadAsync().AsTask();
            }
            while (!exited && _planned.TryPeek(out due, out _) && due.At <= _clock.Now)
            {
                _events.Writer.TryWrite(_planned.Dequeue());
                exited = due is EngineEvent.Exited;
            }
        }
        _answers.Writer.TryComplete();
        _events.Writer.TryComplete();
    }

    private void Take(EngineCommand command)
    {
        // The device decides at once, so that a meter reading it meanwhile sees what this command does.
        lock (_gate)
        {
            var at = _clock.Now;
            _answers.Writer.TryWrite(new(at, command is EngineCommand.Cancel or EngineCommand.Exit, _device.Handle(command, at)));
        }
    }

    private void Plan(Answered answered)
    {
        if (answered.Replaces)
        {
            var kept = _planned.UnorderedItems.Where(item => item.Priority.At <= answered.At).ToList();
            _planned.Clear();
            _planned.EnqueueRange(kept);
        }
        foreach (var e in answered.Events) _planned.Enqueue(e, (e.At, _order++));
    }

    private async Task UntilAsync(Stamp due, Task answer)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling((due - _clock.Now) * 1e-6));
        if (wait <= TimeSpan.Zero) return;
        using var timer = new CancellationTokenSource();
        await Task.WhenAny(answer, Task.Delay(wait, _time, timer.Token)).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
    }
}
