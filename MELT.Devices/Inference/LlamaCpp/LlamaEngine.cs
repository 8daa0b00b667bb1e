using MELT.Devices.Inference.Agent;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>llama.cpp as an engine: one model at a time, one request at a time. Dispose it in the process that runs it; normally that is a child (<see cref="LlamaCppAgent"/>).</summary>
public sealed class LlamaEngine : IEngineHandler
{
    private LlamaLibrary? _library;
    private LlamaModel? _model;
    private LlamaContext? _context;

    public EngineIdentity? TryStart(out string? reason)
    {
        _library = LlamaLibrary.TryLoad(out reason);
        return _library is null ? null : new("llama.cpp", _library.Version);
    }

    public void Load(EngineCommand.Load command, EngineOutput output, CancellationToken stop)
    {
        Unload();
        if (_library is null)
        {
            output.Write(new EngineEvent.Failed(output.Now, null, "protocol", "Load came before hello."));
            return;
        }
        if (new LlamaLoad(_library, command, output, stop).Run() is { } loaded) { (_model, _context) = loaded; }
    }

    public void Evaluate(EngineCommand.Request command, EngineOutput output, CancellationToken cancelled)
    {
        if (_model is null || _context is null)
        {
            output.Write(new EngineEvent.Failed(output.Now, command.Index, "evaluation-failed", "No model is loaded."));
            output.Write(new EngineEvent.Finished(output.Now, command.Index, "failed", new(0, 0, 0), null));
            return;
        }
        NativeLog.Forget();
        new LlamaRequest(_model, _context, command, output, cancelled).Run();
    }

    public void Dispose() => Unload();

    private void Unload()
    {
        _context?.Dispose();
        _model?.Dispose();
        (_context, _model) = (null, null);
    }
}
