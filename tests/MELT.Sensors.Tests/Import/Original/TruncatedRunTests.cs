using MELT.Sensors.Alignment;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Dialects;
using MELT.Sensors.Import;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Files of the original's runs that stop somewhere: what is left is read, or it is said what is wrong, and nothing else happens.</summary>
public sealed class TruncatedRunTests : IDisposable
{
    private const int Step = 1000, MostCutsOfOne = 100;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("melt-truncated-");

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("Galaxy_S23/LlamaCpp"), InlineData("Galaxy_S23/MLCChat"), InlineData("iPhone_14_Pro/LLMFarmEval"), InlineData("jetson/orin_nano")]
    public void A_file_that_stops_anywhere_is_read_or_named(string run)
    {
        var (from, cuts) = (Path.Combine(SharedRecords.Record("melt-original", "runs-synthetic"), run), 0);
        foreach (var path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder.FullName, Path.GetFileName(from), Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(path));
        }
        foreach (var path in Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories))
        {
            var whole = File.ReadAllBytes(path);
            for (var length = 0; length < whole.Length; length += Math.Max(Step, whole.Length / MostCutsOfOne), cuts++)
            {
                File.WriteAllBytes(path, whole[..length]);
                Should.NotThrow(() => Import(analysed: whole.Length < 10 * Step), $"{path} of {length} bytes");
            }
            File.WriteAllBytes(path, whole);
        }
        cuts.ShouldBeGreaterThan(25);
    }

    private void Import(bool analysed)
    {
        try
        {
            foreach (var read in ImportFormats.Read(folder.FullName))
            {
                if (!analysed) continue;
                var session = RecordedSession.From(read.Entries);
                SessionAnalysis.Analyse(session).Status.ShouldBeOneOf("complete", "partial");
                OriginalDialect.Of(session, read.Original).Figures.ShouldNotBeNull();
            }
        }
        catch (ImportException named)
        {
            named.File.ShouldNotBeEmpty();
            named.Expected.ShouldNotBeEmpty();
        }
    }
}
