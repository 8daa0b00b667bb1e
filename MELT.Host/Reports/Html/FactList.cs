namespace MELT.Host.Reports.Html;

/// <summary>Facts as text by key.</summary>
internal static class FactList
{
    public static Fragment Of(string title, IEnumerable<KeyValuePair<string, string>> facts) => Fragment.When(facts.Any(), $"""
        <div class="facts"><h4>{title}</h4><dl>{facts.Select(fact => Fragment.Of($"<dt>{fact.Key.Replace('_', ' ')}</dt><dd>{fact.Value}</dd>"))}</dl></div>
        """);
}
