using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>Chooses the next token: the likeliest at temperature 0, otherwise by top-k, top-p and temperature with a seed, in llama.cpp's order.</summary>
internal sealed class LlamaSampler : IDisposable
{
    private nint _chain;

    public LlamaSampler(GenerationSettings settings)
    {
        _chain = LlamaNative.NewSamplerChain(new SamplerChainParameters { NoCounters = 1 });
        if (settings.Temperature <= 0)
        {
            LlamaNative.AddSampler(_chain, LlamaNative.Greedy());
            return;
        }
        if (settings.TopK > 0) { LlamaNative.AddSampler(_chain, LlamaNative.TopK(settings.TopK)); }
        if (settings.TopP is > 0 and < 1) { LlamaNative.AddSampler(_chain, LlamaNative.TopP(settings.TopP, 1)); }
        LlamaNative.AddSampler(_chain, LlamaNative.Temperature(settings.Temperature));
        LlamaNative.AddSampler(_chain, LlamaNative.Distribution(settings.Seed));
    }

    /// <summary>A token for the last position evaluated.</summary>
    public int Next(LlamaContext context) => LlamaNative.Sample(_chain, context.Handle, -1);

    public void Dispose()
    {
        if (_chain != 0) { LlamaNative.FreeSampler(_chain); }
        _chain = 0;
    }
}
