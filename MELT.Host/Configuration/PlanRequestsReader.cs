using MELT.Actors.Experiments;
using YamlDotNet.RepresentationModel;

namespace MELT.Host.Configuration;

/// <summary>Reads what a plan asks of its engines: prompts in place, prompts of a file, or lengths.</summary>
internal static class PlanRequestsReader
{
    public static PlannedRequests? Requests(YamlFields yaml, YamlNode node, string key, string folder)
    {
        var fields = yaml.Mapping(node, key, ["prompts", "prompts_file", "lengths", "limit"]);
        string[] given = [.. new[] { "prompts", "prompts_file", "lengths" }.Where(fields.Has)];
        if (given.Length == 0)
        {
            yaml.Refuse(node, key, "must have one of prompts, prompts_file and lengths");
            return null;
        }
        yaml.Forbid(fields, $"cannot stand beside {given[0]}; give one of prompts, prompts_file and lengths", [.. given.Skip(1)]);
        if (given[0] != "prompts_file") yaml.Forbid(fields, "goes with prompts_file only", "limit");
        return given[0] switch
        {
            "prompts" => fields.Take("prompts", (n, k) => new PlannedRequests.Prompts(yaml.Texts(n, k)), null),
            "lengths" => fields.Take("lengths", (n, k) => new PlannedRequests.Lengths(yaml.List(n, k, (item, at) => Length(yaml, item, at))), null),
            _ => fields.Take("prompts_file", (n, k) => Prompts(yaml, n, k, folder, fields.Take("limit", yaml.Whole, int.MaxValue)), null),
        };
    }

    private static PlannedLength? Length(YamlFields yaml, YamlNode node, string key)
    {
        var fields = yaml.Mapping(node, key, ["prompt_tokens", "count"]);
        if (node is not YamlMappingNode) return null;
        yaml.Require(fields, node, "prompt_tokens");
        return new(fields.Take("prompt_tokens", yaml.Whole, 1), fields.Take("count", yaml.Whole, 1));
    }

    private static PlannedRequests.Prompts? Prompts(YamlFields yaml, YamlNode node, string key, string folder, int limit)
    {
        if (limit < 1)
        {
            yaml.Refuse(node, "requests.limit", "must be a whole number from 1");
            return null;
        }
        yaml.Place("requests.prompts", node);
        if (yaml.Text(node, key) is not { Length: > 0 } name) return null;
        var prompts = PromptsFile.Read(Path.Combine(folder, name), name);
        foreach (var problem in prompts.Problems) yaml.Refuse(node, key, $"{problem.At}: {problem.Text}");
        return prompts.Value is { } texts ? new([.. texts.Take(limit)]) : null;
    }
}
