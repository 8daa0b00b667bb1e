using System.Collections.Concurrent;
using System.Text.Json;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.Agent;

/// <summary>
/// The loop of an agent: reads commands, one JSON object per line, and has a handler execute them in order. Cancel is heard while a
/// request runs. It ends with Exit or with the end of the input, which means the parent is gone.
/// </summary>
public sealed class EngineHost
{
    private const int Protocol = 1;

    /// <summary>A parent sends a command and waits for its end; who sends more than this ahead waits.</summary>
    private const int MostWaiting = 64;

    private readonly IEngineHandler _handler;
    private readonly EngineOutput _output;
    private readonly BlockingCollection<(EngineCommand Command, CancellationTokenSource Cancel)> _waiting = new(MostWaiting);
    private readonly Lock _gate = new();
    private readonly HashSet<CancellationTokenSource> _open = [];

    private EngineHost(IEngineHandler handler, EngineOutput output)
    {
        _handler = handler;
        _output = output;
    }

    public static async Task RunAsync(Stream input, Stream output, IEngineHandler handler, TimeProvider time, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var host = new EngineHost(handler, new EngineOutput(output, HostClock.Start(time)));
        // Not awaited in the end: a read from standard input cannot be cancelled, and the process is about to leave anyway.
        _ = host.ReadAsync(input, ending.Token);
        // A handler blocks for as long as an evaluation takes, so it gets a thread of its own.
        await Task.Factory.StartNew(host.Execute, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await ending.CancelAsync();
    }

    private async Task ReadAsync(Stream input, CancellationToken stop)
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync(stop) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line) && !Take(line)) { break; }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The same as the end of the input.
        }
        finally
        {
            CancelOpen();
            _waiting.CompleteAdding();
        }
    }

    private bool Take(string line)
    {
        EngineCommand? command;
        try
        {
            command = JsonSerializer.Deserialize(line, EngineJson.Default.EngineCommand);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            _output.Write(new EngineEvent.Failed(_output.Now, null, "protocol", $"Not a command: {Shorten(line)} ({e.Message})"));
            return true;
        }
        switch (command)
        {
            case null: return true;
            case EngineCommand.Cancel: CancelOpen(); return true;
            case EngineCommand.Probe probe: _output.Write(new EngineEvent.Probed(_output.Now, probe.Id)); return true;
            case EngineCommand.Exit: return false;
        }
        var cancel = new CancellationTokenSource();
        lock (_gate) { _open.Add(cancel); }
        _waiting.Add((command, cancel));
        return true;
    }

    private void CancelOpen()
    {
        lock (_gate)
        {
            foreach (var cancel in _open) { cancel.Cancel(); }
        }
    }

    private void Execute()
    {
        foreach (var (command, cancel) in _waiting.GetConsumingEnumerable())
        {
            var goOn = Execute(command, cancel.Token);
            lock (_gate) { _open.Remove(cancel); }
            cancel.Dispose();
            if (!goOn) { return; }
        }
    }

    private bool Execute(EngineCommand command, CancellationToken cancelled)
    {
        try
        {
            switch (command)
            {
                case EngineCommand.Hello hello: return Greet(hello);
                case EngineCommand.Load load: _handler.Load(load, _output, cancelled); break;
                case EngineCommand.Request request: _handler.Evaluate(request, _output, cancelled); break;
                case EngineCommand.Exercise exercise: Exercise(exercise, cancelled); break;
            }
        }
        catch (Exception e) when (e is not IOException)
        {
            var request = (command as EngineCommand.Request)?.Index;
            _output.Write(new EngineEvent.Failed(_output.Now, request, request is null ? "load-failed" : "evaluation-failed", $"{e.GetType().Name}: {e.Message}"));
            if (request is { } index) { _output.Write(new EngineEvent.Finished(_output.Now, index, "failed", new(0, 0, 0), null)); }
        }
        return true;
    }

    private bool Greet(EngineCommand.Hello hello)
    {
        if (hello.Protocol != Protocol)
        {
            _output.Write(new EngineEvent.Failed(_output.Now, null, "protocol", $"This agent speaks protocol {Protocol}, not {hello.Protocol}."));
            return false;
        }
        if (hello.Clock is { } anchor) { _output.Clock = new HostClock(anchor); }
        if (_handler.TryStart(out var reason) is not { } identity)
        {
            _output.Write(new EngineEvent.Failed(_output.Now, null, "load-failed", reason!));
            return false;
        }
        var clock = new EngineClock(_output.Clock.Domain, HostClock.ResolutionNanoseconds, _output.MeasureLateness());
        _output.Write(new EngineEvent.Ready(_output.Now, identity.Engine, identity.Version, Environment.ProcessId, clock));
        return true;
    }

    private void Exercise(EngineCommand.Exercise exercise, CancellationToken cancelled)
    {
        if (LoadPattern.Of(exercise, out var reason) is not { } loads)
        {
            _output.Write(new EngineEvent.Failed(_output.Now, null, "protocol", reason!));
            return;
        }
        var edges = new BusyThreads(loads, exercise.Threads ?? Environment.ProcessorCount, cancelled).Run(_output.Clock);
        _output.Write(new EngineEvent.Exercised(_output.Now, edges));
    }

    private static string Shorten(string line) => line.Length <= 200 ? line : line[..200] + "…";
}
