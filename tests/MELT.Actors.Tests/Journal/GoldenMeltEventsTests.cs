using System.Reflection;
using System.Text.Json;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;

namespace MELT.Actors.Tests.Journal;

public sealed class GoldenMeltEventsTests
{
    public static TheoryData<string> Manifests => [.. MeltEvents.Serializer.Formats.Select(f => f.Manifest)];

    [Fact]
    public void Every_event_MELT_stores_has_its_bytes_for_ever() =>
        GoldenEvents.Check(MeltEvents.Serializer, SomeEvents.All, GoldenEvents.Folder("Golden")).ShouldBeEmpty();

    [Theory, MemberData(nameof(Manifests))]
    public void What_is_read_from_the_golden_file_is_what_was_stored(string manifest)
    {
        var format = MeltEvents.Serializer.Formats.Single(f => f.Manifest == manifest);
        var read = MeltEvents.Serializer.Read(manifest, File.ReadAllBytes(Path.Combine(GoldenEvents.Folder("Golden"), $"{manifest}.{format.Extension}")));
        // In the names of C#, and not those of the file, so that a member that is written under another's name is seen.
        JsonSerializer.Serialize(read, format.Type, Plain).ShouldBe(JsonSerializer.Serialize(SomeEvents.Former.GetValueOrDefault(manifest) ?? SomeEvents.All.Single(e => e.GetType() == format.Type), format.Type, Plain));
    }

    [Fact]
    public void No_event_is_forgotten()
    {
        var unions = typeof(MeltEvents).Assembly.GetTypes().Where(t => t is { IsAbstract: true, IsPublic: true } && t.Name.EndsWith("Event", StringComparison.Ordinal)).ToList();
        unions.ShouldBe([typeof(DeviceEvent), typeof(EvaluationEvent), typeof(ExperimentEvent), typeof(MeterEvent), typeof(RulebookEvent), typeof(SchedulerEvent), typeof(SessionEvent)], ignoreOrder: true);
        MeltEvents.Serializer.Formats.Where(f => f.Write is not null).Select(f => f.Type)
            .ShouldBe(unions.SelectMany(u => u.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(t => t.IsSubclassOf(u))), ignoreOrder: true);
    }

    [Fact]
    public void A_manifest_begins_with_the_kind_whose_stream_it_is_in() =>
        MeltEvents.Serializer.Formats.ShouldAllBe(f => f.Manifest.StartsWith(f.Type.DeclaringType!.Name.Replace("Event", "", StringComparison.Ordinal).ToLowerInvariant() + "."));

    private static readonly JsonSerializerOptions Plain = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
