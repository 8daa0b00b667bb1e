namespace MELT.Devices.Models;

/// <summary>The shape of a llama model. Row lengths are multiples of 256, so that every quantisation fits.</summary>
public sealed record SyntheticArchitecture(string Name, int Layers, int Width, int FeedForward, int Heads, int KeyValueHeads, int Vocabulary, int ContextTokens)
{
    public static IReadOnlyList<SyntheticArchitecture> All { get; } =
    [
        new("tiny", Layers: 6, Width: 256, FeedForward: 768, Heads: 4, KeyValueHeads: 4, Vocabulary: 8_192, ContextTokens: 2_048),
        new("tinyllama-1.1b", Layers: 22, Width: 2_048, FeedForward: 5_632, Heads: 32, KeyValueHeads: 4, Vocabulary: 32_000, ContextTokens: 2_048),
        new("llama-2-7b", Layers: 32, Width: 4_096, FeedForward: 11_008, Heads: 32, KeyValueHeads: 32, Vocabulary: 32_000, ContextTokens: 4_096),
    ];

    private int KeyValueWidth => Width / Heads * KeyValueHeads;

    /// <summary>Every tensor with its dimensions, the fastest first; those of one dimension are norms.</summary>
    internal IEnumerable<(string Name, long[] Dimensions)> Tensors()
    {
        yield return ("token_embd.weight", [Width, Vocabulary]);
        yield return ("output_norm.weight", [Width]);
        yield return ("output.weight", [Width, Vocabulary]);
        for (var i = 0; i < Layers; i++)
        {
            yield return ($"blk.{i}.attn_norm.weight", [Width]);
            yield return ($"blk.{i}.attn_q.weight", [Width, Width]);
            yield return ($"blk.{i}.attn_k.weight", [Width, KeyValueWidth]);
            yield return ($"blk.{i}.attn_v.weight", [Width, KeyValueWidth]);
            yield return ($"blk.{i}.attn_output.weight", [Width, Width]);
            yield return ($"blk.{i}.ffn_norm.weight", [Width]);
            yield return ($"blk.{i}.ffn_gate.weight", [Width, FeedForward]);
            yield return ($"blk.{i}.ffn_up.weight", [Width, FeedForward]);
            yield return ($"blk.{i}.ffn_down.weight", [FeedForward, Width]);
        }
    }

    public long Parameters => Tensors().Sum(t => t.Dimensions.Aggregate(1L, (a, b) => a * b));

    internal long LargestTensor => Tensors().Max(t => t.Dimensions.Aggregate(1L, (a, b) => a * b));
}
