using System.Runtime.CompilerServices;
using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

/// <summary>
/// Compares the bytes of every registered event with its golden file <c>Golden/MANIFEST.json|bin</c>. A golden file is never edited: what was
/// stored once is read for ever. With MELT_WRITE_GOLDEN=1 missing files are written; existing ones are never touched.
/// </summary>
public static class GoldenEvents
{
    /// <summary>Everything wrong: a format without sample or file, bytes that differ, a file that no longer reads, a file without a format.</summary>
    public static IReadOnlyList<string> Check(EventSerializer serializer, IEnumerable<object> samples, string folder, bool? write = null)
    {
        write ??= Environment.GetEnvironmentVariable("MELT_WRITE_GOLDEN") == "1";
        var byManifest = samples.ToDictionary(s => serializer.Write(s).Manifest);
        var known = serializer.Formats.Select(f => $"{f.Manifest}.{f.Extension}").ToHashSet();
        return
        [
            .. serializer.Formats.SelectMany(f => Check(serializer, f, byManifest.GetValueOrDefault(f.Manifest), folder, write.Value)),
            .. Directory.GetFiles(folder).Select(Path.GetFileName).Where(name => !known.Contains(name!)).Select(name => $"{name}: nothing reads this event any more"),
        ];
    }

    /// <summary>A folder beside the caller's source file.</summary>
    public static string Folder(string name, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, name);

    private static IEnumerable<string> Check(EventSerializer serializer, EventFormat format, object? sample, string folder, bool write)
    {
        var file = Path.Combine(folder, $"{format.Manifest}.{format.Extension}");
        if (format.Write is not null && sample is null)
            yield return $"{format.Manifest}: no sample";
        if (sample is not null && !File.Exists(file) && write)
            File.WriteAllBytes(file, serializer.Write(sample).Bytes);
        if (!File.Exists(file))
        {
            yield return $"{format.Manifest}: no golden file {file}";
            yield break;
        }

        var golden = File.ReadAllBytes(file);
        if (sample is not null && !serializer.Write(sample).Bytes.AsSpan().SequenceEqual(golden))
            yield return $"{format.Manifest}: the bytes written differ from the golden file";
        if (Reads(serializer, format, golden) is { } wrong)
            yield return $"{format.Manifest}: {wrong}";
    }

    private static string? Reads(EventSerializer serializer, EventFormat format, byte[] golden)
    {
        try
        {
            var read = serializer.Read(format.Manifest, golden);
            return format.Write is null || serializer.Write(read).Bytes.AsSpan().SequenceEqual(golden) ? null : "what is read back is written differently";
        }
        catch (NotReadableException e)
        {
            return e.Message;
        }
    }
}
