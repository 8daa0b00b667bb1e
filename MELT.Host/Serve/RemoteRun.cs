using System.Globalization;
using System.Text.Json;
using MELT.Actors.Experiments;
using MELT.Host.Commands;
using MELT.Host.Configuration;

namespace MELT.Host.Serve;

/// <summary><c>melt run … --at URL</c>: a node does it, and this side follows it to its end.</summary>
internal sealed class RemoteRun(Surroundings with, NodeClient node)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>A node that is started again takes seconds; one that stays away is not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _told = [];
    private string _last = "";

    public async Task<int> RunAsync(ExperimentPlan plan, CancellationToken stop)
    {
        var (sessions, begun) = (plan.Expand().Count, with.Time.GetTimestamp());
        var id = await node.BeginAsync(PlanWriter.Write(plan), stop);
        Surroundings.Remark($"experiment {id} at {node.Address}; it goes on there whatever becomes of this command");
        ListedExperiment row;
        while (true)
        {
            row = await LookAsync(id, stop);
            Show(row, sessions, begun);
            if (row.Status != "unfinished") break;
            await Task.Delay(Look, with.Time, stop);
        }
        if (!Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
        if (with.Json) Console.Out.WriteLine(JsonSerializer.Serialize(row, ListJson.Default.ListedExperiment));
        else Surroundings.Say($"{row.Experiment}: {row.Status}{(row.Reason is null ? "" : $" ({row.Reason})")}; melt show {row.Experiment} on the node shows the results");
        return row.Status == "complete" ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<ListedExperiment> LookAsync(string id, CancellationToken stop)
    {
        long? away = null;
        while (true)
        {
            try
            {
                return await node.ExperimentAsync(id, stop);
            }
            catch (NodeUnreachableException e) when (with.Time.GetElapsedTime(away ??= with.Time.GetTimestamp()) < Patience)
            {
                if (_told.Add("away")) Surroundings.Remark($"{e.Message}; waiting for it to come back");
            }
            await Task.Delay(Look, with.Time, stop);
        }
    }

    private void Show(ListedExperiment row, int sessions, long begun)
    {
        _told.Remove("away");
        foreach (var ended in row.Sessions.Where(s => s.Status != "unfinished" && _told.Add(s.Session)))
            Console.Error.WriteLine($"{(Console.IsErrorRedirected ? "" : "\r\e[K")}session {ended.Session}: {ended.Status}");
        if (row.Sessions.LastOrDefault(s => s.Status == "unfinished") is not { Progress: { } progress } running) return;
        var done = row.Sessions.Count(s => s.Attempt == 1) - 1;                    // another attempt is of the same session
        var text = string.Create(CultureInfo.InvariantCulture, $"session {running.Session}, {done + 1} of {sessions}: {progress.Stage}");
        if (Console.IsErrorRedirected)
        {
            if (text != _last) Console.Error.WriteLine(text);
        }
        else Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[K{text}, request {Math.Min(progress.RequestsDone + 1, progress.Requests)} of {progress.Requests}, {progress.Tokens} tokens{Remaining(done, sessions, begun)}"));
        _last = text;
    }

    private string Remaining(int done, int sessions, long begun) =>
        done == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", about {Math.Ceiling((with.Time.GetElapsedTime(begun) * ((double)(sessions - done) / done)).TotalSeconds):0} s left");
}
