using System.Globalization;

namespace MELT.Sensors.Tests.Import.Original;

/// <summary>Runs of MLC's command line on a Jetson, and logs of its monitor, for tests to spoil.</summary>
internal static class SomeJetson
{
    public const double Begin = 1_707_200_000;
    public const string Marker = "\u001b[?25l\u001b[0m<|user|>: ";

    /// <summary>What MLC prints when it was asked before any prompt.</summary>
    public const string NoStatistics = "['----------- prefill -----------', 'throughput: -nan tok/s', 'total tokens: 0 tok', 'total time: 0.000 s']\r\n";

    /// <summary>Seconds from the begin of a prompt to its first token and to its last.</summary>
    public const double FirstToken = 0.75, LastToken = 2.75;

    /// <summary>As the backend prints them: 10 tokens in 0.5 s, then 9 × (prompt + 1) in 2 s, the time with one digit.</summary>
    public static string Statistics(int prompt) => Printed("20.0 tok/s", "10 tok", "0.5 s", string.Create(CultureInfo.InvariantCulture, $"{4.5 * (prompt + 1):0.0} tok/s"), $"{9 * (prompt + 1)} tok", "2.0 s");

    public static string Printed(string prefill, string prefillTokens, string prefillTime, string decode, string decodeTokens, string decodeTime) =>
        $"{{\r\n    \"prefill\": {{\r\n        \"throughput\": \"{prefill}\",\r\n        \"total_tokens\": \"{prefillTokens}\",\r\n        \"total_time\": \"{prefillTime}\"\r\n    }},\r\n"
        + $"    \"decode\": {{\r\n        \"throughput\": \"{decode}\",\r\n        \"total_tokens\": \"{decodeTokens}\",\r\n        \"total_time\": \"{decodeTime}\"\r\n    }}\r\n}}\r\n";

    /// <summary>A run of one conversation, prompts of 3 s every 10 s from 20 s on; every answer to /stats as it is given, the first of them before any prompt.</summary>
    public static string Mlc(string folder, string[] prompts, string[] answers, double window = 3)
    {
        var run = Directory.CreateDirectory(Path.Combine(folder, "orin_nano", "MLCChat", "org_model-q4f16_1", "15w")).FullName;
        var measurements = Directory.CreateDirectory(Path.Combine(run, "melt_measurements")).FullName;
        File.WriteAllText(Path.Combine(run, "energy_iter0.log"), Log(30 + 10 * prompts.Length));
        File.WriteAllText(Path.Combine(measurements, "measurements_iter0_conv0.csv"), "start_date,duration,state\r\n" + Row(Begin + 2, 12, "load_model") + string.Concat(prompts.Select((text, i) => Row(Sent(i), window, text))));
        File.WriteAllText(Path.Combine(measurements, "llm_output_iter0_conv0.txt"),
            "spawn mlc_chat chat --model-lib-path /home/main/model.so --energy-events x model\r\nWARNING: your terminal doesn't support cursor position requests (CPR).\r\r\n"
            + string.Concat(answers.Select((answer, i) => $"{Marker}/stats\u001b[0m\r\n\r\n{answer}{(i < prompts.Length ? $"{Marker}{prompts[i]}\r\n<|assistant|>: \r\nthe answer\r\n" : "")}")) + $"{Marker}/exit\r\n");
        var last = Sent(prompts.Length - 1);
        File.WriteAllText(Path.Combine(measurements, "measurements_iter0_conv0.tsv"), Event("load_model", Begin + 4, Begin + 12) + Event("prompt.system", Begin + 12, Begin + 12.5)
            + Event("chat.0.0.prefill", last + 0.25, last + FirstToken) + Event("chat.0.0.decode.0", last + 2.5, last + LastToken) + Event("chat.0.0.get_message", last + LastToken, last + LastToken));
        return run;
    }

    /// <summary>When the controller sends a prompt, seconds since 1970.</summary>
    public static double Sent(int prompt) => Begin + 20 + 10 * prompt;

    /// <summary>A log of the monitor, ten ticks a second: 5 V at each rail, and 1 A and 1.002 A in turn.</summary>
    public static string Log(int seconds, params string[] rails)
    {
        if (rails.Length == 0) rails = ["VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"];
        return "1\n2\n3\n" + string.Concat(Enumerable.Range(0, 10 * seconds + 1).Select(tick =>
        {
            var at = (long)Begin * 1_000_000_000 + tick * 100_000_000L;
            return $"{at} CPU-therm: 42000 mC\n" + string.Concat(rails.Select((rail, i) => $"{at + 1000 + i} current_{rail}: {1000 + 2 * (tick % 2)} mA\n{at + 2000 + i} voltage_{rail}: 5000 mV\n"));
        }));
    }

    private static string Row(double at, double seconds, string text) => string.Create(CultureInfo.InvariantCulture, $"{at},{seconds},\"{text}\"\r\n");

    private static string Event(string name, double begin, double end) => $"{name}.start {(long)(begin * 1000)}000000\n{name}.end {(long)(end * 1000)}000000\n";
}
