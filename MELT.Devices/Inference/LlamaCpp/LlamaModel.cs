using System.Text;
using MELT.Devices.Inference.LlamaCpp.Native;
using MELT.Devices.Models;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>A loaded model and its vocabulary.</summary>
internal sealed unsafe class LlamaModel : IDisposable
{
    private const int UnusableTokens = 1 | 2 | 8; // unknown, unused, control
    private readonly nint _vocabulary;

    private LlamaModel(nint handle)
    {
        Handle = handle;
        _vocabulary = LlamaNative.Vocabulary(handle);
    }

    public nint Handle { get; private set; }

    /// <summary>Null when llama.cpp refuses the file; its log says why.</summary>
    public static LlamaModel? TryLoad(string path, ModelParameters parameters) =>
        LlamaNative.LoadModel(path, parameters) is var handle and not 0 ? new(handle) : null;

    public long Parameters => (long)LlamaNative.ModelParameterCount(Handle);
    public long Bytes => (long)LlamaNative.ModelSize(Handle);
    public int TrainedContext => LlamaNative.TrainedContext(Handle);
    public string? Quantization => Models.Quantization.NameOf(LlamaNative.ModelFileType(Handle));
    public bool IsEncoder => LlamaNative.HasEncoder(Handle);
    public bool Ends(int token) => LlamaNative.IsEndOfGeneration(_vocabulary, token);

    public string? Metadata(string key)
    {
        var buffer = stackalloc byte[512];
        return LlamaNative.ModelMetadata(Handle, key, buffer, 512) is > 0 and var length ? Encoding.UTF8.GetString(buffer, Math.Min(length, 511)) : null;
    }

    /// <summary>Tokens of a text as llama.cpp's own programs make them: with the special tokens the model wants, and those written in the text.</summary>
    public int[] Tokenize(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + 8];
        fixed (byte* from = bytes)
        {
            var count = Tokenize(from, bytes.Length, tokens);
            if (count < 0)
            {
                tokens = new int[-count];
                count = Tokenize(from, bytes.Length, tokens);
            }
            return tokens[..count];
        }
    }

    private int Tokenize(byte* text, int length, int[] tokens)
    {
        fixed (int* to = tokens) { return LlamaNative.Tokenize(_vocabulary, text, length, to, tokens.Length, addSpecial: true, parseSpecial: true); }
    }

    /// <summary>That many tokens of ordinary text at random, after the beginning-of-sequence token if the model wants one, as llama-bench does.</summary>
    public int[] RandomTokens(int count, uint seed)
    {
        var numbers = new SeededNumbers(seed);
        var size = LlamaNative.VocabularySize(_vocabulary);
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            do { tokens[i] = numbers.Below(size); }
            while ((LlamaNative.TokenAttributes(_vocabulary, tokens[i]) & UnusableTokens) != 0 || Ends(tokens[i]));
        }
        if (count > 0 && LlamaNative.AddsBeginOfSequence(_vocabulary)) { tokens[0] = LlamaNative.BeginOfSequence(_vocabulary); }
        return tokens;
    }

    /// <summary>The bytes a token stands for, possibly a part of a character; none for control tokens.</summary>
    public ReadOnlySpan<byte> Piece(int token, Span<byte> buffer)
    {
        fixed (byte* to = buffer)
        {
            var length = LlamaNative.TokenToPiece(_vocabulary, token, to, buffer.Length, 0, special: false);
            return length < 0 ? Piece(token, new byte[-length]) : buffer[..length];
        }
    }

    public void Dispose()
    {
        if (Handle != 0) { LlamaNative.FreeModel(Handle); }
        Handle = 0;
    }
}
