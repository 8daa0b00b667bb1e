using System.Text.Json;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>How a run of the program ended, and what it wrote on standard output and error.</summary>
internal sealed record Said(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, which has to be one JSON document and nothing else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public override string ToString() => $"exit code {ExitCode}; standard output: {Output}; standard error: {Error}";

    public Said ShouldBeDone()
    {
        ExitCode.ShouldBe(0, ToString());
        return this;
    }

    /// <summary>It says what went wrong in one paragraph that begins with its name, shows no trace, and exits with this code.</summary>
    public void ShouldFail(int exitCode, params string[] words)
    {
        ExitCode.ShouldBe(exitCode, ToString());
        var paragraph = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipWhile(line => !line.StartsWith("melt: ", StringComparison.Ordinal)).ToArray();
        paragraph.ShouldNotBeEmpty(ToString());
        Error.ShouldNotContain("\n\n");
        Error.ShouldNotContain("   at ");
        foreach (var word in words) string.Join('\n', paragraph).ShouldContain(word);
    }
}
