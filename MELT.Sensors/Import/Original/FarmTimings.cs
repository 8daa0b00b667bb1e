namespace MELT.Sensors.Import.Original;

/// <summary>llama.cpp's counters of each prompt as LLMFarmEval writes them; rates follow from them and are not printed.</summary>
internal static class FarmTimings
{
    private static readonly string[] Columns = ["t_start_ms", "t_end_ms", "t_load_ms", "t_sample_ms", "t_p_eval_ms", "t_eval_ms", "n_sample", "n_p_eval", "n_eval"];

    public static List<PromptCounts> Read(ImportLog log, RecordFile file)
    {
        var lines = file.Lines();
        var header = lines[0].Text.Split(',');
        if (Array.Exists(Columns, c => !header.Contains(c)))
        {
            log.Reject(lines[0].Is(string.Join(',', Columns)));
            return [];
        }
        return log.Lines(file, "timings of prompts", lines.Skip(1), line =>
        {
            var cells = line.Text.Split(',');
            if (cells.Length != header.Length) throw line.Is($"{header.Length} numbers");
            double Number(string column) => line.Number64(cells[Array.IndexOf(header, column)], "a number");
            var (prefill, decode, prompt, evaluated) = (Number("t_p_eval_ms"), Number("t_eval_ms"), Number("n_p_eval"), Number("n_eval"));
            // In this order of operations the rates are the original's to the last bit.
            return new PromptCounts(prefill, (int)prompt, decode, (int)evaluated, 1e3 / prefill * prompt, 1e3 / decode * evaluated, null, (int)Number("n_sample"));
        });
    }
}
