using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The tests that run the program, one after another: they load the machine, and what they measure is time.</summary>
[CollectionDefinition(Name)]
public sealed class EndToEndTests : ICollectionFixture<Workshop>
{
    public const string Name = "end to end";
}

/// <summary>Tests that run the program and measure nothing: they may run beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class WordsTests : ICollectionFixture<Workshop>
{
    public const string Name = "words";
}

/// <summary>Places to run the program in, one set of models, and one quickstart that many tests look at.</summary>
public sealed class Workshop : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("melt-end-to-end-").FullName;
    private readonly Lazy<Task<Quickstart>> _quickstart;
    private int _places;

    public Workshop() => _quickstart = new(() => Quickstart.RunAsync(NewPlace()));

    internal string Models => Path.Combine(_folder, "models");

    internal Task<Quickstart> QuickstartAsync() => _quickstart.Value;

    internal Place NewPlace()
    {
        var folder = Path.Combine(_folder, (++_places).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        return new Place(folder, Models);
    }

    /// <summary>A place whose data folder is a copy of another's: the journal, and the reports if they are wanted.</summary>
    internal Place CopyOf(Place original, bool reports)
    {
        var place = NewPlace();
        Directory.CreateDirectory(place.Data);
        File.Copy(original.Journal, place.Journal);
        foreach (var file in reports ? Directory.GetFiles(Path.Combine(original.Data, "reports"), "*", SearchOption.AllDirectories) : [])
        {
            var copy = Path.Combine(place.Data, Path.GetRelativePath(original.Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return place;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
