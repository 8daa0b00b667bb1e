using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Actors.Behaviors;
using MELT.Actors.Devices;
using MELT.Actors.Evaluations;
using MELT.Actors.Experiments;
using MELT.Actors.Journal;
using MELT.Actors.Meters;
using MELT.Actors.Rules;
using MELT.Actors.Runtimes;
using MELT.Actors.Sessions;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>Whatever a behaviour is asked, asks for, answers or publishes arrives on another node as it was sent.</summary>
public sealed class MeltMessagesTests
{
    private static readonly JsonSerializerOptions Plain = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static TheoryData<string> Manifests => [.. Messages.Select(f => f.Manifest)];

    private static IEnumerable<EventFormat> Messages => MeltMessages.Serializer.Formats.Except(MeltEvents.Serializer.Formats);

    [Theory, MemberData(nameof(Manifests))]
    public void A_message_arrives_as_it_was_sent(string manifest)
    {
        var type = MeltMessages.Serializer.Formats.Single(f => f.Manifest == manifest).Type;
        var message = SomeMessages.All.Where(m => m.GetType() == type).ToList().ShouldHaveSingleItem($"a sample of {manifest}");
        var sent = MeltMessages.Serializer.Write(message);
        sent.Manifest.ShouldBe(manifest);
        var arrived = MeltMessages.Serializer.Read(sent.Manifest, sent.Bytes);
        // In the names of C#, so that a member that is written under another's name is seen.
        JsonSerializer.Serialize(arrived, type, Plain).ShouldBe(JsonSerializer.Serialize(message, type, Plain));
    }

    [Fact]
    public void No_message_is_forgotten()
    {
        var unions = typeof(MeltMessages).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: true, IsSealed: false, IsPublic: true, IsNested: false } && (t.Name.EndsWith("Command", StringComparison.Ordinal) || t.Name.EndsWith("Answer", StringComparison.Ordinal) || t.Name.EndsWith("Work", StringComparison.Ordinal) || t.Name.EndsWith("Message", StringComparison.Ordinal)))
            .ToList();
        unions.ShouldContain(typeof(DeviceCommand));
        unions.ShouldContain(typeof(SessionWork));
        Type[] alone = [typeof(Failed), typeof(Recorded), typeof(MeterStanding), typeof(MeterRefusal), typeof(BlocksCommitted), typeof(SessionEnded), typeof(SessionProgress), typeof(ExperimentAccepted), typeof(ExperimentPaused), typeof(ExperimentFinished), typeof(RulesChanged), typeof(EvaluationAccepted)];
        Messages.Select(f => f.Type).Except(alone)
            .ShouldBe(unions.SelectMany(u => u.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(t => t.IsSubclassOf(u))), ignoreOrder: true);
    }
}
