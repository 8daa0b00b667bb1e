namespace MELT.Host.Configuration;

/// <summary>Finds the word somebody probably meant.</summary>
public static class Spelling
{
    /// <summary>"; did you mean 'x'?" for the nearest of the words, or nothing when none is near.</summary>
    public static string Hint(string written, IEnumerable<string> words) => Nearest(written, words) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>The word at the smallest edit distance, at most a third of its length away; null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> words)
    {
        if (written.Length > 200) return null;
        var (nearest, distance) = words
            .Select(word => (word, distance: Distance(written.ToLowerInvariant(), word.ToLowerInvariant())))
            .OrderBy(w => w.distance)
            .FirstOrDefault();
        return nearest is not null && distance <= Math.Max(2, nearest.Length / 3) && distance < nearest.Length ? nearest : null;
    }

    /// <summary>Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count one each.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
