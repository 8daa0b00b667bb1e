using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.Operators;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>
/// One prompt and its response. Between the two stamps of an interval there is nothing but evaluation: events are written after
/// their interval is over, so a prompt's beginning is told together with its end.
/// </summary>
internal sealed class LlamaRequest(LlamaModel model, LlamaContext context, EngineCommand.Request request, EngineOutput output, CancellationToken cancelled)
{
    private readonly GenerationSettings _settings = request.Generation;
    private readonly GeneratedText _text = new(request.Generation.Stop);
    private readonly byte[] _piece = new byte[256];
    private int _prompt, _evaluated, _generated;
    private (double Milliseconds, int Tokens) _promptCounters, _decodeCounters;

    public void Run()
    {
        output.Write(new EngineEvent.RequestBegun(output.Now, request.Index));
        var stop = Evaluate();
        _decodeCounters = context.TakeCounters();
        foreach (var profile in context.Operators?.Take(() => output.Now, request.Index) ?? []) { output.Write(profile); }
        var counters = new EngineCounters(_promptCounters.Milliseconds, _promptCounters.Tokens, _decodeCounters.Milliseconds, _decodeCounters.Tokens);
        output.Write(new EngineEvent.Finished(output.Now, request.Index, stop, new(_prompt, _evaluated, _generated), counters));
        context.Clear();
    }

    private string Evaluate()
    {
        var tokens = request.Prompt is { } prompt ? model.Tokenize(prompt) : model.RandomTokens(request.PromptTokens ?? 0, _settings.Seed);
        _prompt = tokens.Length;
        context.TakeCounters();
        if (tokens.Length == 0) { return Fail("The prompt has no tokens."); }
        if (tokens.Length > context.Size)
        {
            return Fail($"The prompt has {tokens.Length} tokens and the context holds {context.Size}. Give a larger context or a shorter prompt.");
        }
        using var sampler = new LlamaSampler(_settings);
        var (failed, begun, ended) = EvaluatePrompt(tokens);
        _promptCounters = context.TakeCounters();
        var first = failed is null && _evaluated == _prompt && _settings.MaxTokens > 0 ? Choose(sampler) : null;
        output.Write(new EngineEvent.PromptBegun(begun, request.Index));
        output.Write(new EngineEvent.PromptEnded(ended, request.Index, _prompt, _evaluated));
        if (failed is not null) { return Fail(failed); }
        return first is { } token ? Generate(sampler, token) : cancelled.IsCancellationRequested ? "cancelled" : "length";
    }

    private (string? Failed, Stamp Begun, Stamp Ended) EvaluatePrompt(int[] tokens)
    {
        context.Operators?.Enter(OperatorGraph.Prefill);
        var begun = output.Now;
        while (_evaluated < tokens.Length && !cancelled.IsCancellationRequested)
        {
            var batch = tokens.AsSpan(_evaluated, Math.Min(context.BatchTokens, tokens.Length - _evaluated));
            if (context.Evaluate(batch) is not 0 and var result) { return (Describe(result), begun, output.Now); }
            _evaluated += batch.Length;
        }
        return (null, begun, output.Now);
    }

    private string Generate(LlamaSampler sampler, Chosen chosen)
    {
        Span<int> next = stackalloc int[1];
        Stamp? begun = null, ended = null;
        context.Operators?.Enter(OperatorGraph.Decode);
        while (true)
        {
            _generated++;
            var stop = Stop(chosen);
            var text = stop is null or "stop" ? chosen.Text : chosen.Text + _text.End();
            output.Write(new EngineEvent.Emitted(chosen.At, request.Index, 1, text, begun, ended));
            if (stop is not null) { return stop; }

            next[0] = chosen.Token;
            begun = output.Now;
            var result = context.Evaluate(next);
            ended = output.Now;
            if (result != 0) { return Fail(Describe(result)); }
            chosen = Choose(sampler);
        }
    }

    private string? Stop(Chosen chosen)
    {
        if (chosen.Ends && !_settings.IgnoreEndOfSequence) { return "end"; }
        if (_text.Stopped) { return "stop"; }
        if (_generated >= _settings.MaxTokens) { return "length"; }
        if (cancelled.IsCancellationRequested) { return "cancelled"; }
        return _prompt + _generated > context.Size ? "context" : null;
    }

    private Chosen Choose(LlamaSampler sampler)
    {
        var token = sampler.Next(context);
        var text = _text.Add(model.Piece(token, _piece));
        return new(output.Now, token, text, model.Ends(token));
    }

    private string Fail(string text)
    {
        output.Write(new EngineEvent.Failed(output.Now, request.Index, "evaluation-failed", text));
        return "failed";
    }

    private static string Describe(int result) => result switch
    {
        1 => "llama.cpp found no room in the context for the next tokens.",
        _ => $"llama_decode answered {result}. {NativeLog.LastErrors()}".TrimEnd(),
    };

    private sealed record Chosen(Stamp At, int Token, string Text, bool Ends);
}
