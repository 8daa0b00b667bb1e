using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Sensors.Analysis.Dialects;

namespace MELT.Host;

/// <summary>Recordings by somebody else's rule, as <c>--dialect</c> asks for.</summary>
internal static class Dialects
{
    public static string[] Names { get; } = [MlPerfDialect.Name, OriginalDialect.Name];

    public static async Task<ImmutableArray<DialectResults>> OfAsync(IJournal journal, Finding finding, string name, CancellationToken stop)
    {
        var dialects = ImmutableArray.CreateBuilder<DialectResults>();
        foreach (var session in finding.Sessions)
        {
            var recorded = await SessionReplay.AlignAsync(journal, session, stop);
            dialects.Add(name == MlPerfDialect.Name ? MlPerfDialect.Of(recorded) : OriginalDialect.Of(recorded, await Recording.OriginalAsync(journal, session, stop)));
        }
        return dialects.ToImmutable();
    }
}
