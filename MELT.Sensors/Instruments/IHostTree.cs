using System.Diagnostics.CodeAnalysis;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Instruments;

/// <summary>The <c>/proc</c> and <c>/sys</c> of a Linux as text: this host's own, or a device's as a link last told it. Paths have no leading slash.</summary>
public interface IHostTree
{
    /// <summary>Bytes of a page, in which <c>/proc</c> counts memory; null where that is not known.</summary>
    int? PageSize { get; }

    bool FileExists(string path);

    bool FolderExists(string path);

    /// <summary>Names of what a folder holds, short names first, so that zone2 comes before zone10; empty when there is no such folder.</summary>
    IReadOnlyList<string> Names(string path);

    /// <summary>Reads a file; when that is not possible the reason names it.</summary>
    bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason);

    /// <summary>Reads a file that holds one decimal number.</summary>
    bool TryReadNumber(string path, out ExactDecimal number, [NotNullWhen(false)] out string? reason)
    {
        number = default;
        if (!TryRead(path, out var text, out reason)) return false;
        if (Numbers.TryParse(text.AsSpan().Trim(), out number)) return true;
        reason = $"/{path} does not hold a number";
        return false;
    }
}
