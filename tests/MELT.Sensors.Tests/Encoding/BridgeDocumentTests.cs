using System.Diagnostics;
using MELT.Sensors.Encoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Encoding;

/// <summary>The bytes and the writer of docs/bridges.md are those of the codec.</summary>
public sealed class BridgeDocumentTests
{
    private static readonly SampleBlock Example = new(new(1000, 1003), false, Blocks.Regular(1_700_000_000_000_000_000, 200_000, 4),
        [new("v", new(1, -3), [3300, 3301, 3299, 3300]), new("i", new(1, -4), [5000, 5010, 5020, 5030])]);

    [Fact]
    public void The_example_is_what_the_codec_writes() => Convert.ToHexStringLower(BridgeDocument.Block()).ShouldBe(Convert.ToHexStringLower(BlockCodec.Encode(Example)));

    [Fact]
    public void The_example_reads_as_the_document_says()
    {
        BlockCodec.TryDecode(BridgeDocument.Block(), out var block, out var reason).ShouldBeTrue(reason);
        Blocks.ShouldBe(block!, Example);
    }

    [SkippableFact]
    public async Task The_documented_writer_writes_the_same_block()
    {
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "python3"))), "python3 is not installed");
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", BridgeDocument.Program("block.py")]) { RedirectStandardOutput = true })!;
        using var written = new MemoryStream();
        await python.StandardOutput.BaseStream.CopyToAsync(written);
        await python.WaitForExitAsync();
        BlockCodec.TryDecode(written.ToArray(), out var block, out var reason).ShouldBeTrue(reason);
        Blocks.ShouldBe(block!, Example);
    }
}
