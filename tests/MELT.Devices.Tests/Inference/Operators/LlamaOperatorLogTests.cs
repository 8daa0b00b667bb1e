using MELT.Devices.Inference.Operators;

namespace MELT.Devices.Tests.Inference.Operators;

public sealed class LlamaOperatorLogTests
{
    private static OperatorLog Read(params string[] lines) => OperatorLog.TryRead("a.log", lines).ShouldNotBeNull();

    [Fact]
    public void Every_node_has_wall_and_processor_time_apart_and_its_shape()
    {
        var log = Read(SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(1)));

        log.Form.ShouldBe("llama.cpp");
        log.Problems.ShouldBeEmpty();
        var graph = log.Graphs.ShouldHaveSingleItem();
        graph.Line.ShouldBe(4);
        graph.WallSeconds.ShouldBe(0.036);
        graph.Rows.Length.ShouldBe(8);
        graph.Rows[2].ShouldBe(new("MUL_MAT", "blk.0", null, "4096x1x1", 1, 3_000_000, 6_000_000));
        graph.Rows[2].CpuSeconds.ShouldBe(0.006);
        graph.Totals.ShouldBe([new("MUL_MAT", 9_000_000), new("RMS_NORM", 7_001_000)], ignoreOrder: true);
        log.Facts["n_layer"].ShouldBe("2");
        log.Facts["build"].ShouldBe("1307 (cb07976)");
    }

    [Fact]
    public void One_token_is_a_decode_and_more_are_a_prefill_and_text_may_stand_before_a_graph()
    {
        var log = Read(SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(7), SomeOperatorLogs.Graph(1, " sky=")));

        log.Graphs.Select(g => (g.Index, g.Phase, g.Tokens)).ShouldBe([(0, "prefill", 7), (1, "decode", 1)]);
    }

    [Fact]
    public void Layers_are_the_stretches_that_repeat()
    {
        LayerPlaces.Of(["GET", "A", "B", "A", "B", "A"], 2).ShouldBe(["input", "blk.0", "blk.0", "blk.1", "blk.1", "output"]);
        LayerPlaces.Of(["GET", "A", "B", "A", "C", "A"], 2).ShouldBeEmpty();
        LayerPlaces.Of(["A", "B"], 1).ShouldBeEmpty();
        LayerPlaces.Of([], 32).ShouldBeEmpty();
    }

    [Fact]
    public void A_log_that_breaks_off_gives_the_graphs_before_and_says_where()
    {
        var whole = SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(2), SomeOperatorLogs.Graph(1));
        var log = Read(whole[..25]);

        log.Graphs.ShouldHaveSingleItem().Tokens.ShouldBe(2);
        log.Problems.ShouldHaveSingleItem().ToString().ShouldBe("a.log:25: the log ends before the graph of line 19 is over: 5 of its 8 nodes are there");
    }

    [Fact]
    public void A_node_that_cannot_be_read_spoils_its_graph_only()
    {
        var lines = SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(2), SomeOperatorLogs.Graph(1));
        lines[6] = lines[6].Replace("wall", "well", StringComparison.Ordinal);
        var log = Read(lines);

        log.Graphs.ShouldHaveSingleItem().Tokens.ShouldBe(1);
        log.Problems.ShouldHaveSingleItem().ToString().ShouldStartWith("a.log:7: not node 1 with its operator and times");
    }

    [Fact]
    public void A_missing_node_is_noticed()
    {
        var lines = SomeOperatorLogs.Llama(SomeOperatorLogs.Graph(2)).ToList();
        lines.RemoveAt(12);
        var log = Read([.. lines]);

        log.Graphs.ShouldBeEmpty();
        log.Problems.ShouldHaveSingleItem().ToString().ShouldBe("a.log:17: the graph of line 4 has 7 of its 8 nodes");
    }

    [Fact]
    public void Any_other_log_is_none() => OperatorLog.TryRead("a.log", ["main: build = 1307 (cb07976)", ""]).ShouldBeNull();
}
