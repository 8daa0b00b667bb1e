using FsCheck;
using FsCheck.Fluent;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments.Remote;

public sealed class FrameReaderTests
{
    private const string Mark = "#4f2a ";

    private static async Task<(List<DeviceFrame> Frames, long Cut)> Read(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        var reader = new FrameReader(stream, Mark);
        var frames = new List<DeviceFrame>();
        while (await reader.NextAsync(CancellationToken.None) is { } frame) frames.Add(frame);
        return (frames, reader.Cut);
    }

    [Fact]
    public async Task A_frame_is_what_came_before_its_stamp_whatever_that_was()
    {
        var (frames, cut) = await Read("a\n# 17\n\0\u0001\n#4f2b 1\n#4f2a 1700000000000000001\n#4f2a 1700000000.000002\n");
        frames.ConvertAll(f => (f.At.Nanoseconds, string.Join('|', f.Lines))).ShouldBe([(1_700_000_000_000_000_001, "a|# 17|\0\u0001|#4f2b 1"), (1_700_000_000_000_002_000, "")]);
        cut.ShouldBe(0);
    }

    [Theory]
    [InlineData("a\nb", 0, 1)]                                              // the link was lost within a frame
    [InlineData("a\n#4f2a 1700000000\nb\n#4f2a 1700000000000000001\n", 1, 1)] // a stamp of whole seconds is none
    [InlineData("a\n#4f2a 1700000000%N\n", 0, 1)]
    [InlineData("", 0, 0)]
    public async Task A_frame_that_did_not_come_whole_is_counted(string text, int frames, int cut)
    {
        var read = await Read(text);
        (read.Frames.Count, read.Cut).ShouldBe((frames, cut));
        read.Frames.ForEach(f => f.Lines.ShouldBe(["b"]));
    }

    [Fact]
    public async Task A_line_without_end_is_shortened_and_a_frame_of_too_many_lines_dropped()
    {
        var (frames, cut) = await Read(new string('x', 200_000) + "\n#4f2a 1700000000000000001\n" + string.Concat(Enumerable.Repeat("y\n", 20_000)) + "#4f2a 1700000000000000002\nz\n#4f2a 1700000000000000003\n");
        frames.ConvertAll(f => f.Lines[0].Length).ShouldBe([1 << 16, 1]);
        cut.ShouldBe(1);
    }

    [Fact]
    public void Any_bytes_at_all_are_read_to_their_end() => Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(bytes =>
    {
        using var stream = new MemoryStream(bytes);
        var reader = new FrameReader(stream, Mark);
        while (reader.NextAsync(CancellationToken.None).GetAwaiter().GetResult() is not null) { }
    }));
}
