using System.Collections.Immutable;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Host.Commands;
using MELT.Host.Reports;
using MELT.Sensors.Analysis;
using MELT.Sensors.Analysis.Cells;

namespace MELT.Host;

/// <summary>Results of an experiment, or of some of its sessions, as the journal gives them: read, aligned, analysed, sealed with their hash.</summary>
internal static class Results
{
    /// <param name="asSealed">Without what was understood only after the sessions were sealed.</param>
    public static async Task<(ResultsDocument Document, ReportContext Context)> OfAsync(IJournal journal, Finding finding, CancellationToken stop, bool asSealed = false)
    {
        var sessions = ImmutableArray.CreateBuilder<SessionResults>();
        var plots = ImmutableArray.CreateBuilder<SessionPlots>();
        foreach (var id in finding.Sessions)
        {
            var recorded = await SessionReplay.AlignAsync(journal, id, stop, asSealed);
            var truth = await Recording.TruthAsync(journal, id, stop);
            var results = SessionReplay.Analyse(recorded, truth);
            sessions.Add(results);
            plots.Add(Plots.Of(recorded, truth));
        }
        var planned = finding.Experiment.Plan!;
        var document = new ResultsDocument
        {
            Melt = planned.Sessions.FirstOrDefault()?.Header.MeltVersion ?? Surroundings.Version,
            Analysis = SessionAnalysis.AnalysisVersion,
            Experiment = finding.Experiment.Id,
            Name = planned.Name,
            PlanSha256 = planned.PlanSha256,
            Sessions = sessions.ToImmutable(),
            Cells = CellMeans.Of(sessions),
        };
        var context = new ReportContext { CommandLine = planned.CommandLine, Environment = HostFacts.Of(finding), Plots = plots.ToImmutable() };
        return (document.Sealed(element => CanonicalJson.Write(element)), context);
    }
}
