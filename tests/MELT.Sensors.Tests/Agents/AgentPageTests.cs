using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MELT.Devices.Inference;
using MELT.Devices.Time;
using MELT.Sensors.Agents;
using MELT.Sensors.Decoding;

namespace MELT.Sensors.Tests.Agents;

/// <summary>docs/agent.md says what our own types read and write.</summary>
public sealed partial class AgentPageTests
{
    private static readonly (string Kind, byte[] Json)[] Examples =
        [.. Example().Matches(File.ReadAllText(Page())).Select(m => (m.Groups[1].Value, System.Text.Encoding.UTF8.GetBytes(m.Groups[2].Value)))];

    [Fact]
    public void Every_command_is_shown_and_read()
    {
        var shown = Of("command").Select(Frame).ToList();
        shown.ShouldAllBe(f => f.AsCommand() != null && (f.Number != null) == (f.Type != "probe"));
        shown.Select(f => f.AsCommand()!.GetType()).Distinct().ShouldBe(Kinds(typeof(EngineCommand)), ignoreOrder: true);
    }

    [Fact]
    public void Every_event_is_shown_and_read()
    {
        var shown = Of("event").Select(Frame).ToList();
        shown.ShouldAllBe(f => f.AsEvent() != null && f.Number != null);
        shown.Select(f => f.AsEvent()!.GetType()).Distinct().ShouldBe(Kinds(typeof(EngineEvent)), ignoreOrder: true);
        Frame(Of("taken").ShouldHaveSingleItem()).Taken.ShouldBe(1);
    }

    [Fact]
    public void What_is_shown_is_what_is_written()
    {
        // A request may leave out what has a default; written, it is there.
        foreach (var (frame, json) in Of("command").Select(j => (Frame(j), j)).Where(x => x.Item1.Type != "request")) Same(AgentFrame.Write(frame.AsCommand()!, frame.Session, frame.Number), json);
        foreach (var (frame, json) in Of("event").Select(j => (Frame(j), j))) Same(AgentFrame.Write(frame.AsEvent()!, frame.Session, frame.Number!.Value), json);

        static void Same(byte[] written, byte[] shown) => JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(shown)).ShouldBeTrue(System.Text.Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void The_statuses_are_read() =>
        Of("status").Select(j => AgentStatus.Read(j).ShouldNotBeNull()).Select(s => (s.State, s.Reason)).ShouldBe([(AgentStatus.Online, null), (AgentStatus.Offline, AgentStatus.Lost), (AgentStatus.Offline, AgentStatus.Ended)]);

    [Fact]
    public void The_meters_are_described_and_read()
    {
        foreach (var about in Of("about")) AboutDecoder.TryDecode(about, out _, out var why).ShouldBeTrue(why?.ToString());
        foreach (var readings in Of("readings")) ReadingsDecoder.TryDecode(readings, new Stamp(1), out _, out _, out var why).ShouldBeTrue(why?.ToString());
        Of("about").Length.ShouldBe(Of("readings").Length);
    }

    [Fact]
    public void The_type_may_stand_anywhere() =>
        AgentFrame.Read("""{"n":3,"session":"s","at":5,"id":9,"type":"probed"}"""u8.ToArray(), out _).ShouldNotBeNull().AsEvent().ShouldBe(new EngineEvent.Probed(new(5), 9));

    private static byte[][] Of(string kind) => [.. Examples.Where(e => e.Kind == kind).Select(e => e.Json)];

    private static AgentFrame Frame(byte[] json) => AgentFrame.Read(json, out var problem).ShouldNotBeNull(problem);

    private static IEnumerable<Type> Kinds(Type of) => of.GetNestedTypes().Where(of.IsAssignableFrom);

    private static string Page()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MELT.sln"))) return Path.Combine(folder.FullName, "docs", "agent.md");
        throw new DirectoryNotFoundException("no MELT.sln above these tests");
    }

    [GeneratedRegex("```json (\\w+)\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
