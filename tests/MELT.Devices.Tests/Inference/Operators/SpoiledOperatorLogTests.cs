using MELT.Devices.Inference.Operators;

namespace MELT.Devices.Tests.Inference.Operators;

public sealed class SpoiledOperatorLogTests
{
    private static readonly string[] Words = ["", "\0", "-1", "1e999", "99999999999999999999", "null", "{}", "[", "\"", "ms", ": ", "é", "[1/2]", "=== GRAPH ===", "Report from function decode:"];

    [Fact]
    public void Whatever_a_log_holds_it_is_read_or_complained_of()
    {
        var random = new Random(7);
        string[][] whole =
        [
            SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(2), SomeOperatorLogs.Graph(1)),
            [.. SomeOperatorLogs.Whole("prefill"), .. SomeOperatorLogs.Pieces("decode", 0, 3, 3)],
        ];
        for (var i = 0; i < 2_000; i++)
        {
            string[] lines = [.. whole[i % 2]];
            ref var line = ref lines[random.Next(lines.Length)];
            var (from, length) = (random.Next(line.Length + 1), random.Next(6));
            line = line[..from] + Words[random.Next(Words.Length)] + line[Math.Min(line.Length, from + length)..];
            var log = OperatorLog.TryRead("a.log", lines[..random.Next(1, lines.Length + 1)]);

            if (log is null) continue;
            log.Graphs.All(g => g.WallNanoseconds >= 0 && g.Rows.All(r => r.WallNanoseconds >= 0)).ShouldBeTrue();
            log.Problems.All(p => p.Line >= 1 && p.Line <= lines.Length && p.Text.Length > 0).ShouldBeTrue();
        }
    }
}
