using System.CommandLine;
using MELT.Host.Reports;

namespace MELT.Host.Commands;

/// <summary><c>melt schema results</c>: the JSON Schema of what --json prints.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var results = new Command("results", "JSON Schema of melt.results/1");
        results.SetAction(_ =>
        {
            Console.Out.Write(ResultsSchema.Text);
            return ExitCode.Done;
        });
        return new Command("schema", "Print the JSON Schema of a document") { results };
    }
}
