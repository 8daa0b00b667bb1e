using System.Text;

namespace MELT.Host.Configuration;

/// <summary>Reads a file somebody wrote, or says why that is not possible.</summary>
public static class SourceText
{
    private const long Largest = 64L << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a file in UTF-8, named <paramref name="name"/> in messages; a byte order mark is dropped.</summary>
    public static Reading<string> Read(string path, string name)
    {
        var at = new SourcePosition(name);
        if (Directory.Exists(path)) return Reading<string>.Refused(new Problem(at, "", "this is a folder; a file is expected"));
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > Largest }) return Reading<string>.Refused(new Problem(at, "", $"larger than {Largest >> 20} MiB; is it the right file?"));
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Reading<string>.Refused(new Problem(at, "", "there is no such file"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Reading<string>.Refused(new Problem(at, "", $"cannot be read: {e.Message}"));
        }
        try
        {
            return Reading<string>.Of(Strict.GetString(bytes).TrimStart('\uFEFF'));
        }
        catch (DecoderFallbackException e)
        {
            var before = bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length));
            var place = new SourcePosition(name, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1);
            return Reading<string>.Refused(new Problem(place, "", "is not UTF-8 text; save the file as UTF-8"));
        }
    }
}
