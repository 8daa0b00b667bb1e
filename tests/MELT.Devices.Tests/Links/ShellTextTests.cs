using FsCheck.Fluent;
using MELT.Devices.Links;
using MELT.Devices.Links.Shells;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Links;

public sealed class ShellTextTests
{
    /// <summary>Two hundred lists at once, since every look costs a process.</summary>
    [Fact]
    public async Task Any_words_are_read_as_they_were()
    {
        var words = ArbMap.Default.GeneratorFor<string?[]>().Sample(200, 50).SelectMany(list => list)
            .Concat(ArbMap.Default.GeneratorFor<char[]>().Sample(200, 50).Select(letters => new string(letters)))
            .Select(word => Passable(word ?? "")).Concat(["", "'", "''", "'\\''", "\\", "\n", "$(exit 1)", "`", "\"", "!", "*", "~", "-e"]).ToList();
        words.Count.ShouldBeGreaterThan(500);

        var output = await new LocalLink(HostClock.Start(TimeProvider.System)).RunAsync(LinkCommand.Shell($"for word in {ShellText.Quote(words)}; do printf '%s\\0' \"$word\"; done"), default);

        output.Error.ShouldBe("");
        output.Output.Split('\0')[..^1].ShouldBe(words);
    }

    [Fact]
    public void A_zero_character_is_refused() => Should.Throw<LinkException>(() => ShellText.Quote("a\0b"));

    /// <summary>No zero characters, and no halves of characters, which have no bytes.</summary>
    private static string Passable(string word) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(word.Replace("\0", "", StringComparison.Ordinal)));
}
