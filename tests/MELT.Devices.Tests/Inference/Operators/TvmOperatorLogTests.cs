using MELT.Devices.Inference.Operators;

namespace MELT.Devices.Tests.Inference.Operators;

public sealed class TvmOperatorLogTests
{
    private static OperatorLog Read(params string[] lines) => OperatorLog.TryRead("m.log", lines).ShouldNotBeNull();

    [Fact]
    public void A_whole_report_tells_operators_by_function_and_device_and_no_processor_time()
    {
        var log = Read(SomeOperatorLogs.Whole("decode"));

        log.Form.ShouldBe("tvm");
        log.Problems.ShouldBeEmpty();
        var graph = log.Graphs.ShouldHaveSingleItem();
        graph.Phase.ShouldBe("decode");
        graph.WallNanoseconds.ShouldBe(91_250, "the whole call, which is more than its operators");
        graph.Rows.ShouldBe([new("NT_matmul", "decode", "opencl0", "float16[1, 4096]", 2, 54_708, null), new("make_shape", "decode", "cpu0", null, 1, 1_500, null)]);
        log.Facts["number_of_threads"].ShouldBe("12");
    }

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(1, 4, 4)]
    [InlineData(0, 3, 4)]
    public void Pieces_make_the_same_report_however_they_are_counted(int first, int last, int count)
    {
        var log = Read([.. SomeOperatorLogs.Pieces("prefill", first, last, count), .. SomeOperatorLogs.Whole("softmax_with_temperature")]);

        log.Problems.ShouldBeEmpty();
        log.Graphs.Select(g => g.Phase).ShouldBe(["prefill", "other"]);
        log.Graphs[0].Rows.Select(r => (r.Operator, r.WallNanoseconds)).ShouldBe(log.Graphs[1].Rows.Select(r => (r.Operator, r.WallNanoseconds)));
    }

    [Fact]
    public void A_missing_piece_costs_its_report_and_is_said()
    {
        var pieces = SomeOperatorLogs.Pieces("decode", 0, 3, 3);
        var log = Read([.. pieces[..2], .. pieces[4..], .. SomeOperatorLogs.Whole("decode")]);

        log.Graphs.ShouldHaveSingleItem();
        log.Problems.ShouldHaveSingleItem().ToString().ShouldBe("m.log:3: piece 2 of 3 follows piece 0 of the report from function decode");
    }

    [Fact]
    public void A_log_that_breaks_off_gives_the_reports_before_and_says_where()
    {
        var log = Read([.. SomeOperatorLogs.Whole("decode"), .. SomeOperatorLogs.Pieces("decode", 0, 3, 3)[..4]]);
        log.Graphs.ShouldHaveSingleItem();
        log.Problems.ShouldHaveSingleItem().ToString().ShouldBe("m.log:9: the log ends before the report from function decode of line 6 is over: piece 1 of 3 is its last");

        string[] cut = SomeOperatorLogs.Whole("decode")[..2];
        cut[1] = cut[1][..100];
        var half = Read([.. SomeOperatorLogs.Whole("prefill"), .. cut]);
        half.Graphs.ShouldHaveSingleItem().Phase.ShouldBe("prefill");
        half.Problems.ShouldHaveSingleItem().ToString().ShouldBe("m.log:7: the report from function decode is no whole JSON text: 100 characters, wrong at 100");
    }

    [Fact]
    public void A_report_of_another_form_is_said()
    {
        string[] lines = ["Report from function decode:", """{"calls":[{"Name":{"string":"a"}}]}"""];
        var log = Read(lines);
        log.Graphs.ShouldBeEmpty();
        log.Problems.ShouldHaveSingleItem().ToString().ShouldStartWith("m.log:2: the report from function decode is not of the known form");
    }
}
