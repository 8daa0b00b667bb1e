using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Meters;
using MELT.Actors.Scheduling;
using MELT.Actors.Sessions;
using MELT.Devices.Models;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MELT.Host.Serve;

/// <summary>The operation endpoints of a node, a line each.</summary>
internal sealed class HttpApi(Node node, string dataFolder, TimeProvider time)
{
    /// <summary>Types a browser does not send to others' addresses without asking first.</summary>
    private static readonly string[] PlanTypes = ["application/yaml", "application/x-yaml"];

    private static readonly string[] Kinds = [Device.KindName, Meter.KindName, Session.KindName, Experiment.KindName, Scheduler.KindName];

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(2);

    public void Map(IEndpointRouteBuilder routes, PrometheusExporter metrics)
    {
        routes.MapGet("/health", HealthAsync);
        routes.MapGet("/ready", ReadyAsync);
        routes.MapGet("/metrics", http => WriteAsync(http, StatusCodes.Status200OK, PrometheusText.ContentType, metrics.Write()));
        routes.MapGet("/api/cluster", ClusterAsync);
        routes.MapGet("/api/meters/{device}/{meter}", MeterAsync);
        routes.MapGet("/api/entities/{kind}/{**id}", HomeAsync);
        routes.MapGet("/api/experiments", async http => await SayAsync(http, await node.ExperimentsAsync(http.RequestAborted), ListJson.Default.IEnumerableListedExperiment));
        routes.MapPost("/api/experiments", BeginAsync);
        routes.MapGet("/api/experiments/{id}", http => OfAsync(http, row => SayAsync(http, row, ListJson.Default.ListedExperiment)));
        routes.MapDelete("/api/experiments/{id}", http => OfAsync(http, row => CancelAsync(http, row)));
    }

    public static Task ErrorAsync(HttpContext http, int status, string why, IReadOnlyList<string>? problems = null) =>
        SayAsync(http, new ErrorAnswer(why, problems), NodeJson.Readable.ErrorAnswer, status);

    private Task HealthAsync(HttpContext http)
    {
        var broken = node.Broken;
        return SayAsync(http, new HealthAnswer(broken is null ? "alive" : "broken", Surroundings.Version, node.Cluster.Runtime, Math.Round(node.Uptime.TotalSeconds, 3), broken),
            NodeJson.Readable.HealthAnswer, broken is null ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError);
    }

    private Task ReadyAsync(HttpContext http)
    {
        var readiness = node.Readiness;
        return SayAsync(http, new ReadyAnswer(readiness.Ready, readiness.Reasons), NodeJson.Readable.ReadyAnswer, readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task ClusterAsync(HttpContext http) => await SayAsync(http,
        new ClusterAnswer(node.Cluster.Runtime, node.Cluster.Members, await ClusterDevices.OfAsync(node, time, http.RequestAborted)), NodeJson.Readable.ClusterAnswer);

    private async Task MeterAsync(HttpContext http)
    {
        var id = $"{http.Request.RouteValues["device"]}/{http.Request.RouteValues["meter"]}";
        try
        {
            if (await node.Runtime.Ask(Meter.KindName, id, new MeterCommand.Inspect(), AskTimeout) is not MeterStanding meter)
                await ErrorAsync(http, StatusCodes.Status503ServiceUnavailable, $"meter {id} could not answer; ask again");
            else if (meter.Position == 0) await ErrorAsync(http, StatusCodes.Status404NotFound, $"meter {id} was never heard of");
            else await SayAsync(http, new MeterAnswer(id, meter.Position, meter.Highest), NodeJson.Readable.MeterAnswer);
        }
        catch (TimeoutException e) { await ErrorAsync(http, StatusCodes.Status503ServiceUnavailable, e.Message); }
    }

    private async Task HomeAsync(HttpContext http)
    {
        var (kind, id) = ((string)http.Request.RouteValues["kind"]!, (string)http.Request.RouteValues["id"]!);
        if (!Kinds.Contains(kind)) await ErrorAsync(http, StatusCodes.Status404NotFound, $"there is no kind {kind}; {string.Join(", ", Kinds)} are there");
        else await SayAsync(http, new EntityAnswer(kind, id, await node.Cluster.HomeOfAsync(kind, id, AskTimeout)), NodeJson.Readable.EntityAnswer);
    }

    private async Task BeginAsync(HttpContext http)
    {
        if (!PlanTypes.Contains(http.Request.ContentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase))
        {
            await ErrorAsync(http, StatusCodes.Status415UnsupportedMediaType, $"a plan is sent as YAML: Content-Type: {PlanTypes[0]}");
            return;
        }
        using var reader = new StreamReader(http.Request.Body, new UTF8Encoding(false));
        var plan = PlanReader.Parse("plan", await reader.ReadToEndAsync(http.RequestAborted), dataFolder, node.Devices);
        if (plan.Value is null)
        {
            await ErrorAsync(http, StatusCodes.Status400BadRequest, "the plan cannot be run", [.. plan.Problems.Select(p => p.ToString())]);
            return;
        }
        try
        {
            var id = await node.BeginAsync(plan.Value, http.RequestAborted);
            http.Response.Headers.Location = $"/api/experiments/{id}";
            await SayAsync(http, new BegunAnswer(id, "unfinished"), NodeJson.Readable.BegunAnswer, StatusCodes.Status202Accepted);
        }
        catch (NodeNotReadyException e) { await ErrorAsync(http, StatusCodes.Status503ServiceUnavailable, e.Message); }
        catch (Exception e) when (e is CommandException or ModelException or RigException)
        {
            await ErrorAsync(http, StatusCodes.Status400BadRequest, "the plan cannot be run here", [e.Message]);
        }
    }

    private async Task CancelAsync(HttpContext http, ListedExperiment row)
    {
        await node.CancelAsync(row.Experiment, "cancelled by the operator", http.RequestAborted);
        await SayAsync(http, await node.ExperimentAsync(row.Experiment, http.RequestAborted) ?? row, ListJson.Default.ListedExperiment, StatusCodes.Status202Accepted);
    }

    private async Task OfAsync(HttpContext http, Func<ListedExperiment, Task> answer)
    {
        var id = (string)http.Request.RouteValues["id"]!;
        if (await node.ExperimentAsync(id, http.RequestAborted) is { } row) await answer(row);
        else await ErrorAsync(http, StatusCodes.Status404NotFound, $"there is no experiment {id}; GET /api/experiments lists them");
    }

    private static Task SayAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        WriteAsync(http, status, MediaTypeNames.Application.Json, JsonSerializer.Serialize(answer, type));

    private static Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
