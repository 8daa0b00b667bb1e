using System.Text.Json;
using MELT.Devices.Inference;
using static MELT.Devices.Tests.Inference.OpenAi.OpenAiConversations;

namespace MELT.Devices.Tests.Inference.OpenAi;

/// <summary>A stream as a large provider sent it, sent again.</summary>
public sealed class RecordedStreamTests
{
    [SkippableFact]
    public async Task A_recorded_stream_yields_its_text_its_counts_and_rising_instants()
    {
        using var record = JsonDocument.Parse(await File.ReadAllTextAsync(Shared("openai-stream/openai_chat_streaming_logprobs.json")));
        var parts = record.RootElement.GetProperty("Entries")[0].GetProperty("ResponseBody").EnumerateArray().Select(p => p.GetString()!).ToArray();
        await using var talk = await WithAsync(async e =>
        {
            await e.StreamAsync();
            foreach (var part in parts) { await e.ChunkAsync(part); }
            await e.EndAsync();
        });

        var response = await talk.AskAsync();

        // 716 events: 1 with the role, 1 with the reason, 1 with usage, 1 end; the rest are tokens.
        response.Emissions.Sum(e => e.Tokens).ShouldBe(712, "what arrives at once is one emission");
        response.Emissions.Select(e => e.At).ShouldBeInOrder();
        response.Emissions.Select(e => e.At).ShouldBeUnique();
        response.Emissions[0].Text.ShouldNotBeNull().ShouldStartWith("The");
        response.Text.ShouldStartWith("The best pizza toppings");
        (response.Finished.Stop, response.Finished.Tokens).ShouldBe(("end", new RequestTokens(22, 22, 712)));
        response.Begun.At.ShouldBeLessThan(response.Emissions[0].At);
    }

    private static string Shared(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(file)) { return file; }
        }
        throw new SkipException($"there is no ../shared/data/{name} beside the project");
    }
}
