using MELT.Sensors.Discovery;
using MELT.Sensors.Discovery.Proposals;
using Spectre.Console;

namespace MELT.Host.Sniffing;

/// <summary>The topics of this moment as a table that is drawn again and again.</summary>
internal static class SniffedTable
{
    private const int MostTopics = 20;
    private const int MostFields = 6;

    public static Table Of(DiscoverySummary seen, string from)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("TOPIC", "MESSAGES", "EVERY", "FORMAT", "FIELDS", "PROPOSED");
        var proposals = SensorProposals.Of(seen);
        foreach (var topic in seen.Topics.Take(MostTopics)) table.AddRow(Row(topic, proposals.FirstOrDefault(p => p.Topics.Contains(topic.Topic))));
        table.Caption = new TableTitle(Markup.Escape($"{from}: {seen.Topics.Length} topics that no rule knows{(seen.Topics.Length > MostTopics ? $", the first {MostTopics} of them" : "")}; Ctrl-C ends and shows what speaks for each"));
        return table;
    }

    private static string[] Row(TopicSummary topic, SensorProposal? proposal) =>
    [
        .. new[]
        {
            topic.Topic,
            topic.Messages.ToString(System.Globalization.CultureInfo.InvariantCulture),
            topic.Period is { } period ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{period.Median:G3} s") : "",
            topic.Best?.Format ?? "",
            string.Join('\n', (topic.Best?.Fields ?? []).Where(f => proposal?.Rule.Channels.Any(c => c.Path == f.Path) ?? f.Numbers is not null).Take(MostFields).Select(f => $"{f.Path} {SniffedPage.Value(f)}")),
            proposal is null ? "" : string.Join('\n', proposal.Rule.Channels.Take(MostFields).Select(c => $"{c.Name ?? "+channel"}: {c.Quantity ?? c.Unit ?? topic.Best?.Find(c.Path)?.Unit ?? "?"}{(c.Boundary is null ? "" : $" at {c.Boundary}")}{(c.Scale.Mantissa < 0 ? ", sign −" : "")}")),
        }.Select(Markup.Escape),
    ];
}
