using System.Globalization;

namespace MELT.Devices.Tests.Inference.Operators;

/// <summary>Small logs in the words of the engines.</summary>
internal static class SomeOperatorLogs
{
    /// <summary>A graph of two layers of three nodes between one node before and one after; node i takes i + 1 ms of wall and twice that of processor time.</summary>
    public static IEnumerable<string> Graph(int tokens, string before = "") =>
    [
        $"{before}=== GRAPH ===",
        "n_nodes = 8",
        .. ((string[])["GET_ROWS", "RMS_NORM", "MUL_MAT", "ADD", "RMS_NORM", "MUL_MAT", "ADD", "SOFT_MAX"]).Select((name, i) => Node(i, name, tokens)),
        "n_leafs = 1",
        " -   0: [  4096, 32000]     NONE    output.weight",
        "perf_total_per_op_us[         MUL_MAT] =   9.000 ms",
        "perf_total_per_op_us[        RMS_NORM] =   7.001 ms",
        new string('=', 40),
    ];

    public static string Node(int number, string name, int tokens) => string.Create(CultureInfo.InvariantCulture,
        $" - {number,3}: [ {4096,5}, {tokens,5}, {1,5}] {name,16}   (  1) cpu = {2.0 * (number + 1),7:0.000} / {2.0 * (number + 1),7:0.000} ms, wall = {number + 1.0,7:0.000} / {number + 1.0,7:0.000} ms");

    public static string[] Llama(params IEnumerable<string>[] graphs) =>
        ["main: build = 1307 (cb07976)", "llm_load_print_meta: n_layer          = 2", "llama_new_context_with_model: n_ctx      = 512", .. graphs.SelectMany(g => g), " more"];

    public const string Report = """{"calls":[{"Percent":{"percent":60.0},"Count":{"count":2},"Device":{"string":"opencl0"},"Duration (us)":{"microseconds":54.70799999999999841},"Name":{"string":"NT_matmul"},"Argument Shapes":{"string":"float16[1, 4096]"}},{"Percent":{"percent":1.0},"Count":{"count":1},"Device":{"string":"cpu0"},"Duration (us)":{"microseconds":1.5},"Name":{"string":"make_shape"},"Argument Shapes":{"string":""}}],"device_metrics":{"cpu0":{"Duration (us)":{"microseconds":90.0}},"opencl0":{"Duration (us)":{"microseconds":91.25}}},"configuration":{"Number of threads":{"count":12},"Executor":{"string":"VM"}}}""";

    public static string[] Whole(string function) =>
        [$"RESPONSE: [18:38:00] src/runtime/relax_vm/vm.cc:973: Report from function {function}:", Report, "", "[18:38:00] vm.cc:975: Name   Duration (us)  Percent", "NT_matmul  54.71  60.00"];

    /// <summary>As logcat has it: pieces numbered from <paramref name="first"/> to <paramref name="last"/> of <paramref name="count"/>.</summary>
    public static string[] Pieces(string function, int first, int last, int count)
    {
        const string Prefix = "10-17 18:38:00.123  4711  4712 I TVM_RUNTIME: ";
        var size = Report.Length / (last - first + 1) + 1;
        return [.. Report.Chunk(size).SelectMany((piece, i) => (string[])[string.Create(CultureInfo.InvariantCulture, $"{Prefix}vm.cc:973: Report from function {function}[{first + i}/{count}]:"), Prefix + new string(piece)])];
    }
}
