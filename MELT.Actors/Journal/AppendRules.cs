using System.Text;

namespace MELT.Actors.Journal;

/// <summary>What may be appended anywhere: the layout's limits, checked before anything waits for a commit.</summary>
internal static class AppendRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Throws <see cref="ArgumentException"/> on what no store could take.</summary>
    public static void Check(JournalAppend append)
    {
        if (append.PersistenceId is not { Length: > 0 and <= 255 } id || id[0] == '/' || !IsText(id))
            throw new ArgumentException($"'{append.PersistenceId}' is no persistence id: 1 to 255 characters, not beginning with a slash.", nameof(append));
        ArgumentOutOfRangeException.ThrowIfNegative(append.After);
        if (!append.Tags.IsDefaultOrEmpty && append.Tags.Length != append.Events.Length)
            throw new ArgumentException($"{append.Events.Length} events with {append.Tags.Length} sets of tags.", nameof(append));
        foreach (var tag in append.Tags.IsDefault ? [] : append.Tags.SelectMany(t => t.IsDefault ? [] : t))
            if (tag is not { Length: > 0 and <= 64 } || tag.Contains(';', StringComparison.Ordinal) || !IsText(tag))
                throw new ArgumentException($"'{tag}' is no tag: 1 to 64 characters without a semicolon.", nameof(append));
    }

    /// <summary>A database would refuse half a character or a zero, and with it everything in the same commit.</summary>
    private static bool IsText(string text)
    {
        try
        {
            return Strict.GetByteCount(text) > 0 && !text.Contains('\0', StringComparison.Ordinal);
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
