namespace MELT.Sensors.Import;

/// <summary>A record cannot be imported: the file, the place in it, what is wrong there and what was expected.</summary>
public sealed class ImportException(string file, string? place, string wrong, string expected, Exception? inner = null)
    : Exception($"{file}{(place is null ? "" : $", {place}")}: {wrong}; expected {expected}", inner)
{
    public string File { get; } = file;
    /// <summary>A line, an offset or an entry; null: the whole file.</summary>
    public string? Place { get; } = place;
    public string Wrong { get; } = wrong;
    public string Expected { get; } = expected;
}
