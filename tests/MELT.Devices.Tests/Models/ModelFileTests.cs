using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Models;

namespace MELT.Devices.Tests.Models;

public sealed class ModelFileTests(TinyModel model) : IClassFixture<TinyModel>
{
    [SkippableFact]
    public async Task A_model_says_what_it_is()
    {
        var file = ModelFile.TryRead((await model.FileAsync()).Path, out var reason);

        reason.ShouldBeNull();
        (file!.Name, file.Architecture, file.Quantization, file.ContextTokens, file.Synthetic).ShouldBe(("synthetic tiny", "llama", "Q8_0", 2_048, true));
        file.Parameters.ShouldBe(SyntheticArchitecture.All.Single(a => a.Name == "tiny").Parameters);
        file.Bytes.ShouldBe(new FileInfo(file.Path).Length);
    }

    [SkippableFact]
    public async Task A_model_cut_short_is_refused_wherever_it_was_cut()
    {
        var bytes = await File.ReadAllBytesAsync((await model.FileAsync()).Path);
        foreach (var kept in (int[])[0, 1, 4, 23, 24, 100, 5_000, bytes.Length / 2, bytes.Length - 64])
        {
            ModelFile.TryRead(new MemoryStream(bytes, 0, kept), "cut.gguf", out var reason).ShouldBeNull();
            reason!.ShouldContain("cut.gguf");
        }
    }

    [SkippableFact]
    public async Task Damaged_bytes_yield_a_model_or_a_reason_and_nothing_else()
    {
        var head = (await File.ReadAllBytesAsync((await model.FileAsync()).Path))[..200_000];
        var damage = ArbMap.Default.GeneratorFor<byte>().Select(b => (Value: b, At: 0))
            .SelectMany(d => Gen.Choose(0, 1_500), (d, at) => (d.Value, At: at)).NonEmptyListOf();
        Check.QuickThrowOnFailure(Prop.ForAll(damage.ToArbitrary(), changes =>
        {
            var bytes = (byte[])head.Clone();
            foreach (var (value, at) in changes) { bytes[at] = value; }
            var file = ModelFile.TryRead(new MemoryStream(bytes), "damaged.gguf", out var reason);
            return (file is null) == (reason is not null);
        }));
    }

    [Theory]
    [InlineData("/no/such/model.gguf")]
    [InlineData("/etc")]
    [InlineData("/etc/passwd")]
    public void What_is_no_model_is_named(string path)
    {
        ModelFile.TryRead(path, out var reason).ShouldBeNull();
        reason!.ShouldStartWith(path);
    }
}
