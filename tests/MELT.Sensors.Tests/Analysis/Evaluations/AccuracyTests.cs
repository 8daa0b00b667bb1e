using MELT.Sensors.Analysis.Evaluations;
using MELT.Sensors.Import.Original;
using MELT.Sensors.Tests.Import;

namespace MELT.Sensors.Tests.Analysis.Evaluations;

public sealed class AccuracyTests
{
    private static AccuracyRow Row(string model, string? quantization, decimal? accuracy) => new("llamacpp", model, "truthfulqa", quantization, accuracy, null);

    [Fact]
    public void Two_models_that_agree_at_two_quantisations_look_copied_and_one_coincidence_does_not()
    {
        AccuracyRepeats.In([Row("a", "q3", 0.3m), Row("b", "q3", 0.3m), Row("a", "q4", 0.4m), Row("b", "q4", 0.4m), Row("c", null, 0.5m), Row("d", "q4", 0.5m), Row("e", "q4", 0.6m)])
            .Select(r => (r.Accuracy, r.Copied)).ShouldBe([(0.3m, true), (0.4m, true), (0.5m, false)]);
    }

    [Fact]
    public void One_model_in_one_quantisation_twice_is_no_repeat() =>
        AccuracyRepeats.In([Row("a", "q3", 0.3m), new("pytorch", "a", "truthfulqa", "q3", 0.3m, null)]).ShouldBeEmpty();

    [Fact]
    public void An_accuracy_stands_at_the_size_of_its_own_quantisation_in_memory()
    {
        var points = AccuracyBySize.Of([Row("a", "q3", 0.3m), Row("a", null, 0.4m), Row("b", null, 0.4m)], [new("a", "q3", 2e9, 1e9, null, null), new("a", null, 8e9, null, null, null)]);
        points.Select(p => p.Bytes).ShouldBe([1e9, 8e9, null]);
    }

    [SkippableFact]
    public void All_267_rows_and_33_sizes_of_the_original_are_read_and_its_copied_TruthfulQA_is_found()
    {
        var evaluation = OriginalSurroundings.Find(SharedRecords.Folder("melt-original")).Evaluation.ShouldNotBeNull();
        evaluation.Accuracies.Length.ShouldBe(267);
        evaluation.Sizes.Length.ShouldBe(33);
        evaluation.Accuracies.Single(r => r.Accuracy is null).ShouldBe(new("paper", "Mistral-7b-v0.1", "truthfulqa_mc", null, null, null));
        evaluation.Accuracies.Count(r => r.Framework == "llamacpp").ShouldBe(164);
        evaluation.Sizes[0].ShouldBe(new("Mistral-7b-v0.1", null, 14.48e9, 13.49e9, 7_240_000_000, null));
        var repeats = AccuracyRepeats.In(evaluation.Accuracies);
        repeats.Where(r => r.Copied).Select(r => (r.Dataset, r.Accuracy)).ShouldBe([("truthfulqa", 0.2919m), ("truthfulqa", 0.2923m), ("truthfulqa", 0.2979m), ("truthfulqa", 0.3221m)]);
        repeats.Single(r => r is { Dataset: "truthfulqa", Accuracy: 0.3221m }).Rows.Select(r => r.Model).ShouldBe(["Llama-2-7b", "TinyLlama-1.1B-v0.5", "Zephyr-3b"], ignoreOrder: true);
        repeats.ShouldContain(r => r.Dataset == "winogrande" && r.Accuracy == 0.7380m && !r.Copied);
    }
}
