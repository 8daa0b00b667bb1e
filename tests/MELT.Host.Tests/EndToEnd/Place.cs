namespace MELT.Host.Tests.EndToEnd;

/// <summary>A folder to run the program in, with its own recordings and the models of all tests.</summary>
internal sealed class Place(string folder, string models)
{
    public string Folder { get; } = folder;
    public string Data { get; init; } = Path.Combine(folder, "melt-data");
    public string Journal => Path.Combine(Data, "journal.db");

    /// <summary>Further settings by name.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public IEnumerable<KeyValuePair<string, string>> Environment =>
        [.. Settings, new("MELT_DATA", Data), new("MELT_MODELS", models), new("NO_COLOR", "1"), new("DOTNET_NOLOGO", "1")];

    public string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(Folder, name), text);
        return name;
    }

    /// <summary>Nothing that anybody could take for a recording.</summary>
    public async Task ShouldHoldNoExperimentAsync()
    {
        var listed = await Melt.RunAsync(this, "list", "--json");
        if (listed.ExitCode == 0) listed.Json.GetArrayLength().ShouldBe(0);
        else listed.ShouldFail(1, "no recordings");
        Directory.Exists(Path.Combine(Data, "reports")).ShouldBeFalse();
    }
}
