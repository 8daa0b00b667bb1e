using System.Threading.Channels;
using MELT.Actors.Behaviors;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>Work begins, and ends when the test says so.</summary>
public sealed class HeldPerformer : IPerformer
{
    private readonly Channel<HeldWork> _begun = Channel.CreateUnbounded<HeldWork>();

    public Task<object> Perform(object work, CancellationToken stop)
    {
        var held = new HeldWork((string)work, stop);
        if (!Deaf)
            stop.Register(held.Abandon);
        _begun.Writer.TryWrite(held);
        return held.Result;
    }

    /// <summary>The next work that begins.</summary>
    public async Task<HeldWork> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _begun.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Work does not hear that it is cancelled, as devices do not.</summary>
    public bool Deaf { get; set; }

    /// <summary>Work that has begun already; null when none has.</summary>
    public HeldWork? Begun => _begun.Reader.TryRead(out var held) ? held : null;
}

/// <summary>One piece of work. Answering runs what follows at once, so that the result is in the mailbox when it returns.</summary>
public sealed class HeldWork(string what, CancellationToken stop)
{
    private readonly TaskCompletionSource<object> _result = new();

    public string What { get; } = what;
    public CancellationToken Stop { get; } = stop;
    public Task<object> Result => _result.Task;

    public void Answer(object command) => _result.SetResult(command);
    public void Abandon() => _result.TrySetCanceled();
    public void Break(Exception cause) => _result.SetException(cause);
}
