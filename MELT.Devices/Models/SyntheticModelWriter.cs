namespace MELT.Devices.Models;

/// <summary>Writes a synthetic model as f16 or f32.</summary>
internal static class SyntheticModelWriter
{
    public static void Write(Stream file, SyntheticArchitecture shape, bool half, Action<double> fraction, CancellationToken stop)
    {
        var tensors = shape.Tensors().ToList();
        using var gguf = new GgufWriter(file);
        Describe(gguf, shape, half);
        foreach (var (name, dimensions) in tensors)
        {
            gguf.Declare(name, half && dimensions.Length > 1 ? GgufTensorType.F16 : GgufTensorType.F32, dimensions);
        }
        gguf.WriteHead();
        double total = shape.Parameters * (half ? 2 : 4);
        var done = 0L;
        foreach (var (name, dimensions) in tensors)
        {
            if (dimensions is [var width]) { file.Write(Ones(width)); }
            else
            {
                SyntheticWeights.Write(file, name, dimensions[0] * dimensions[1], half, bytes => fraction(Math.Min(1, (done += bytes) / total)), stop);
            }
            gguf.Pad();
        }
    }

    private static void Describe(GgufWriter gguf, SyntheticArchitecture shape, bool half)
    {
        var vocabulary = SyntheticVocabulary.Make(shape.Vocabulary);
        gguf.Add("general.architecture", "llama");
        gguf.Add("general.type", "model");
        gguf.Add("general.name", $"synthetic {shape.Name}");
        gguf.Add("general.description", "Random weights in the shape of a real model: its text means nothing.");
        gguf.Add("general.file_type", half ? 1u : 0u);
        gguf.Add(ModelFile.SyntheticKey, true);
        gguf.Add("melt.synthetic.recipe", SyntheticModel.Recipe);
        gguf.Add("llama.vocab_size", (uint)shape.Vocabulary);
        gguf.Add("llama.context_length", (uint)shape.ContextTokens);
        gguf.Add("llama.embedding_length", (uint)shape.Width);
        gguf.Add("llama.block_count", (uint)shape.Layers);
        gguf.Add("llama.feed_forward_length", (uint)shape.FeedForward);
        gguf.Add("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads));
        gguf.Add("llama.rope.freq_base", 10_000f);
        gguf.Add("llama.attention.head_count", (uint)shape.Heads);
        gguf.Add("llama.attention.head_count_kv", (uint)shape.KeyValueHeads);
        gguf.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        gguf.Add("tokenizer.ggml.model", "llama");
        gguf.Add("tokenizer.ggml.tokens", vocabulary.Tokens);
        gguf.Add("tokenizer.ggml.scores", vocabulary.Scores);
        gguf.Add("tokenizer.ggml.token_type", vocabulary.Types);
        gguf.Add("tokenizer.ggml.unknown_token_id", 0u);
        gguf.Add("tokenizer.ggml.bos_token_id", 1u);
        gguf.Add("tokenizer.ggml.eos_token_id", 2u);
        gguf.Add("tokenizer.ggml.add_bos_token", true);
    }

    private static byte[] Ones(long count)
    {
        var bytes = new byte[count * 4];
        for (var i = 0; i < count; i++) { BitConverter.TryWriteBytes(bytes.AsSpan(i * 4), 1f); }
        return bytes;
    }
}
