namespace MELT.Devices.Models;

/// <summary>
/// A vocabulary of llama's kind (SentencePiece): three special tokens, the 256 bytes, printable characters, then made-up words
/// up to the size the architecture has. Any text can be tokenised with it.
/// </summary>
internal sealed record SyntheticVocabulary(IReadOnlyList<string> Tokens, IReadOnlyList<float> Scores, IReadOnlyList<int> Types)
{
    private const int Normal = 1, Unknown = 2, Control = 3, Byte = 6;
    private const char WordBegins = '\u2581';
    private const string Consonants = "bcdfghjklmnpqrstvwxz", Vowels = "aeiou";

    public static SyntheticVocabulary Make(int size)
    {
        var tokens = new List<string> { "<unk>", "<s>", "</s>" };
        var types = new List<int> { Unknown, Control, Control };
        for (var b = 0; b < 256; b++)
        {
            tokens.Add($"<0x{b:X2}>");
            types.Add(Byte);
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(WordBegins.ToString());
        for (var c = '!'; c <= '~'; c++) { Add(c.ToString()); }
        var numbers = SeededNumbers.For(0, "vocabulary");
        while (tokens.Count < size) { Add(Word(ref numbers)); }
        return new(tokens, [.. tokens.Select((_, i) => types[i] == Normal ? -(float)i : 0f)], types);

        void Add(string piece)
        {
            if (!seen.Add(piece)) { return; }
            tokens.Add(piece);
            types.Add(Normal);
        }
    }

    private static string Word(ref SeededNumbers numbers)
    {
        var word = numbers.Below(2) == 0 ? WordBegins.ToString() : "";
        for (var syllables = 1 + numbers.Below(3); syllables > 0; syllables--)
        {
            word += $"{Consonants[numbers.Below(Consonants.Length)]}{Vowels[numbers.Below(Vowels.Length)]}";
        }
        return word;
    }
}
