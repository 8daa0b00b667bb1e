using System.Text;
using MELT.Devices.Time;

namespace MELT.Devices.Inference.LlamaCpp.Programs;

/// <summary>A piece of generated text and when it arrived.</summary>
public sealed record CliPiece(Stamp At, string Text);

/// <summary>
/// Tells generated text from what the program adds to it: the newlines it ends with, and <c>[end of text]</c> where the model ended. Newlines
/// wait for what follows: with their own stamp where they arrived alone, else with the next piece. Half a character waits for its rest.
/// </summary>
public sealed class CliOutput
{
    private const string EndOfText = " [end of text]";
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly List<CliPiece> _waiting = [];
    private string _newlines = "";

    /// <summary>The model ended the text itself.</summary>
    public bool Ended { get; private set; }

    /// <summary>The pieces that are certain now.</summary>
    public IReadOnlyList<CliPiece> Add(ReadOnlySpan<byte> bytes, Stamp at)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var text = new string(characters, 0, _utf8.GetChars(bytes, characters, flush: false));
        if (text.TrimEnd('\n').EndsWith(EndOfText, StringComparison.Ordinal))
        {
            Ended = true;
            text = text.TrimEnd('\n')[..^EndOfText.Length];
        }
        var body = text.TrimEnd('\n');
        if (body.Length == 0)
        {
            if (text.Length > 0) { _waiting.Add(new(at, Carried() + text)); }
            return [];
        }
        _waiting.Add(new(at, Carried() + body));
        _newlines = text[body.Length..];
        CliPiece[] certain = [.. _waiting];
        _waiting.Clear();
        return certain;
    }

    private string Carried()
    {
        var carried = _newlines;
        _newlines = "";
        return carried;
    }
}
