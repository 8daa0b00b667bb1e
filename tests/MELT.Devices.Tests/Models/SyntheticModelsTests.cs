using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Models;

namespace MELT.Devices.Tests.Models;

public sealed class SyntheticModelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SyntheticModel Model(string spec) => SyntheticModel.TryParse(spec, out _).ShouldNotBeNull();

    [SkippableTheory]
    [InlineData("synthetic:tiny:f32", "F32")]
    [InlineData("synthetic:tiny:f16", "F16")]
    [InlineData("synthetic:tiny:q4_k_m", "Q4_K_M")]
    [InlineData("synthetic:tiny", "Q8_0")]
    public async Task A_model_is_made_once_and_found_again(string spec, string quantization)
    {
        Skip.If(LlamaLibrary.TryLoad(out var reason) is null, reason);
        var models = new SyntheticModels(_folder.Path);
        var steps = new Steps();
        models.Find(Model(spec)).ShouldBeNull();

        var made = await models.MakeAsync(Model(spec), 1, steps, CancellationToken.None);
        var again = await models.MakeAsync(Model(spec), 1, null, CancellationToken.None);

        (made.Quantization, made.Synthetic, made.Name).ShouldBe((quantization, true, "synthetic tiny"));
        again.ShouldBe(made);
        models.List().ShouldBe([made]);
        Directory.GetFiles(_folder.Path).ShouldBe([made.Path]);
        steps.Seen.ShouldContain(s => s.Fraction > 0.9);
        steps.Seen.Select(s => s.Step).Distinct().Count().ShouldBe(quantization is "F16" or "F32" ? 1 : 2);
        ((double)made.Bytes).ShouldBeInRange(Model(spec).EstimatedBytes * 0.5, Model(spec).EstimatedBytes * 1.5);
    }

    [Fact]
    public async Task The_same_model_has_the_same_bytes_everywhere()
    {
        var made = await new SyntheticModels(_folder.Path).MakeAsync(Model("synthetic:tiny:f16"), 1, null, CancellationToken.None);

        (await ModelHash.OfAsync(made.Path, CancellationToken.None)).ShouldBe("92a859bd18141015e0ac9c0a0170e71b1e93dee0e81d6683dea9b8660cfcca2a");
    }

    [Fact]
    public async Task A_cancelled_model_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        var models = new SyntheticModels(_folder.Path);

        await Should.ThrowAsync<OperationCanceledException>(models.MakeAsync(Model("synthetic:tiny:f16"), 1, new Steps(stop), stop.Token));

        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_file_is_made_anew()
    {
        var models = new SyntheticModels(_folder.Path);
        var model = Model("synthetic:tiny:f16");
        await File.WriteAllTextAsync(_folder.File(model.FileName), "GGUF and then the power failed");

        (await models.MakeAsync(model, 1, null, CancellationToken.None)).Bytes.ShouldBeGreaterThan(1_000_000);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        var file = _folder.File("a file");
        await File.WriteAllTextAsync(file, "");

        var refused = await Should.ThrowAsync<ModelException>(new SyntheticModels(Path.Combine(file, "models")).MakeAsync(Model("synthetic:tiny:f16"), 1, null, CancellationToken.None));

        refused.Message.ShouldContain(file);
    }

    [Theory]
    [InlineData("synthetic:", "''")]
    [InlineData("synthetic:huge", "tinyllama-1.1b")]
    [InlineData("synthetic:tiny:q9", "q4_k_m")]
    [InlineData("synthetic:tiny:f16:more", "synthetic:tiny:q8_0")]
    public async Task A_wrong_name_is_answered_with_the_right_ones(string spec, string named)
    {
        var refused = await Should.ThrowAsync<ModelException>(ModelPath.ResolveAsync(spec, new(_folder.Path), 1, null, CancellationToken.None));

        refused.Message.ShouldContain(named);
    }

    [Fact]
    public async Task A_path_is_a_path() =>
        (await ModelPath.ResolveAsync("some/model.gguf", new(_folder.Path), 1, null, CancellationToken.None)).ShouldBe(Path.GetFullPath("some/model.gguf"));

    [Fact]
    public void The_architectures_have_the_sizes_of_their_originals()
    {
        SyntheticArchitecture.All.Single(a => a.Name == "tinyllama-1.1b").Parameters.ShouldBe(1_100_048_384);
        SyntheticArchitecture.All.Single(a => a.Name == "llama-2-7b").Parameters.ShouldBe(6_738_415_616);
    }

    private sealed class Steps(CancellationTokenSource? stop = null) : IProgress<ModelProgress>
    {
        public List<ModelProgress> Seen { get; } = [];

        public void Report(ModelProgress value)
        {
            Seen.Add(value);
            stop?.Cancel();
        }
    }
}
