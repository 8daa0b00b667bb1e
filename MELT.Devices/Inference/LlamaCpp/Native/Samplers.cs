using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Samplers: a chain of filters that ends in a choice.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_chain_init")]
    public static partial nint NewSamplerChain(SamplerChainParameters parameters);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_chain_add")]
    public static partial void AddSampler(nint chain, nint sampler);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_free")]
    public static partial void FreeSampler(nint sampler);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_init_greedy")]
    public static partial nint Greedy();

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_init_dist")]
    public static partial nint Distribution(uint seed);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_init_top_k")]
    public static partial nint TopK(int k);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_init_top_p")]
    public static partial nint TopP(float p, nuint least);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_init_temp")]
    public static partial nint Temperature(float temperature);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_sampler_sample")]
    public static partial int Sample(nint chain, nint context, int output);
}
