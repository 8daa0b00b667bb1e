using System.Runtime.InteropServices;

namespace MELT.Devices.Inference.LlamaCpp.Native;

/// <summary>Vocabularies: text to tokens and back.</summary>
internal static unsafe partial class LlamaNative
{
    [LibraryImport(Libraries.Llama, EntryPoint = "llama_model_get_vocab")]
    public static partial nint Vocabulary(nint model);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_vocab_n_tokens")]
    public static partial int VocabularySize(nint vocabulary);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_vocab_get_attr")]
    public static partial int TokenAttributes(nint vocabulary, int token);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_vocab_is_eog")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsEndOfGeneration(nint vocabulary, int token);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_vocab_bos")]
    public static partial int BeginOfSequence(nint vocabulary);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_vocab_get_add_bos")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool AddsBeginOfSequence(nint vocabulary);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_tokenize")]
    public static partial int Tokenize(nint vocabulary, byte* text, int length, int* tokens, int capacity,
        [MarshalAs(UnmanagedType.U1)] bool addSpecial, [MarshalAs(UnmanagedType.U1)] bool parseSpecial);

    [LibraryImport(Libraries.Llama, EntryPoint = "llama_token_to_piece")]
    public static partial int TokenToPiece(nint vocabulary, int token, byte* buffer, int length, int stripLeft, [MarshalAs(UnmanagedType.U1)] bool special);
}
