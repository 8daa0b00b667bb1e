using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary><c>melt quickstart --json</c>, run once.</summary>
internal sealed record Quickstart(Place Place, Said Said)
{
    public static async Task<Quickstart> RunAsync(Place place) => new(place, (await Melt.RunAsync(place, "quickstart", "--json")).ShouldBeDone());

    public JsonElement Document => Said.Json;
    public JsonElement Host => Sessions.Single(s => s.Text("device", "id") == "host");
    public JsonElement Phone => Sessions.Single(s => s.Text("device", "id") == "phone-1");
    public JsonElement[] Sessions => [.. Document.GetProperty("sessions").EnumerateArray()];
    public string Sha256 => Document.Text("report", "sha256");
}

/// <summary>Ways through a results document.</summary>
internal static class JsonWays
{
    public static JsonElement At(this JsonElement from, params string[] path) => path.Aggregate(from, (at, name) => at.GetProperty(name));
    public static string Text(this JsonElement from, params string[] path) => from.At(path).GetString()!;
    public static long Number(this JsonElement from, params string[] path) => from.At(path).GetInt64();
    public static double Real(this JsonElement from, params string[] path) => from.At(path).GetDouble();
    public static string Sha256(this JsonElement document) => document.Text("report", "sha256");
}
