namespace MELT.Host.Serve;

/// <summary>Whether a node takes work and readings now; why not, each reason with the part it comes from.</summary>
internal sealed record NodeReadiness(IReadOnlyList<NotReady> Reasons)
{
    public bool Ready => Reasons.Count == 0;
}

/// <param name="Part"><c>journal</c>, <c>broker</c>, <c>ingest</c> or <c>draining</c>.</param>
internal sealed record NotReady(string Part, string Text);
