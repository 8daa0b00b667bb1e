using FsCheck;
using FsCheck.Fluent;
using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Host.Configuration;

namespace MELT.Host.Tests.Configuration;

public sealed class PlanPropertyTests
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", ":", ": ", "- ", "\n", "\n  ", "\t", "\"", "'", "#", "&a ", "*a", "!!str ", "!", "|", ">", "?", "---\n", "...\n", "%YAML 1.2\n", "<<: ", "name", "null", "~", "1e9", ".nan", "\0", "\uD800", "é", ","];

    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.Elements("a", "m.gguf", "synthetic:tiny:q4_0", "two words", " lead", "trail ", "yes", "null", "~", "#x", "a: b", "- x", "\"q\"", "\\n", "line\nbreak", "tab\t", "é😀", "\u2028", "\u0085", "1", "0x1F", "'", "{", "*a", "%", "@", "", "…"),
        ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => new string([.. s.Get.Where(c => !char.IsSurrogate(c))])));

    private static readonly Gen<string> Text = Word.Where(word => word.Trim().Length > 0);

    private static readonly Gen<PlannedRequests> Requests = Gen.OneOf(
        Text.NonEmptyListOf().Select(texts => (PlannedRequests)new PlannedRequests.Prompts([.. texts])),
        (from tokens in Gen.Choose(1, 4096) from count in Gen.Choose(1, 9) select new PlannedLength(tokens, count))
            .NonEmptyListOf().Select(lengths => (PlannedRequests)new PlannedRequests.Lengths([.. lengths])));

    private static readonly Gen<ExperimentPlan> Plans =
        from models in Text.NonEmptyListOf()
        from requests in Requests
        from threads in Gen.Choose(1, 64).ListOf()
        from command in Text.NonEmptyListOf()
        from mixed in Gen.Choose(0, 3)
        from seed in ArbMap.Default.GeneratorFor<long>()
        from numbers in Gen.Choose(0, 100_000).ArrayOf(6)
        from flags in ArbMap.Default.GeneratorFor<bool>().ArrayOf(4)
        select new ExperimentPlan
        {
            Name = $"plan {numbers[0]}: #1",
            Devices = flags[0] ? [PlannedDevice.Host, new(new DeviceId("p"), new PlannedLink.Simulated("plug", seed), new PlannedEngine.Simulated())] : [PlannedDevice.Host],
            Engines = mixed switch { 0 => [], 1 => [new PlannedEngine.LlamaCpp()], _ => [new PlannedEngine.LlamaCpp(), new PlannedEngine.Command([.. command])] },
            Models = [.. models.Distinct()],
            Parameters = new() { Threads = [.. threads.Distinct().Take(4)], FlashAttention = flags[1] ? [true, false] : [], KvType = flags[2] ? ["f16"] : [], GpuLayers = flags[3] ? [0, 3] : [], ProfileOperators = flags[2] && mixed < 2 && !flags[0] ? [false, true] : null },
            Requests = requests,
            Generation = new() { MaxTokens = 1 + numbers[1], Temperature = numbers[2] / 12345f, TopP = (numbers[3] + 1) / 100_001f, Seed = unchecked((uint)seed), IgnoreEndOfSequence = flags[0], Stop = flags[1] ? [.. command] : [] },
            Warmup = numbers[4] % 5,
            Repetitions = 1 + (numbers[5] % 3),
            Baseline = flags[2] ? new TimeSpan(seed & 0xFFFF_FFFF) : null,
            CoolDown = flags[3] ? TimeSpan.FromSeconds(numbers[3] % 86400) : null,
            BaselineAfter = flags[1] ? TimeSpan.FromSeconds(numbers[2] % 86400) : null,
            Sync = flags[0] ? mixed > 1 ? SyncMode.Auto : SyncMode.On : null,
            Order = flags[1] ? new PlannedOrder.Shuffled(seed) : new PlannedOrder.AsWritten(),
            AllowEstimates = flags[3],
            Meters = flags[2] ? ["plug-1/power"] : [],
            Retries = numbers[0] % 10,
        };

    [Fact]
    public void A_plan_written_as_YAML_reads_back_as_the_same_plan() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Plans.Where(p => p.Problems().Count == 0).ToArbitrary(), plan =>
        {
            var reading = PlanReader.Parse("x.yaml", PlanWriter.Write(plan), ".");
            reading.Problems.ShouldBeEmpty();
            reading.Value!.Canonical().ShouldBe(plan.Canonical());
        }));

    private static readonly string Sample = PlanWriter.Write(new ExperimentPlan
    {
        Name = "sample",
        Devices = [PlannedDevice.Host, new(new DeviceId("p"), new PlannedLink.Simulated("plug"))],
        Models = ["a", "b c"],
        Parameters = new() { Threads = [1, 2] },
        Requests = new PlannedRequests.Prompts(["hello", "x: y"]),
        Order = new PlannedOrder.Shuffled(1),
    });

    private static readonly Gen<(int At, int Cut, string Piece)> Edit =
        from at in Gen.Choose(0, Sample.Length)
        from cut in Gen.Choose(0, 5)
        from piece in Gen.Elements(Pieces)
        select (at, cut, piece);

    private static readonly Gen<string> Mutated =
        from edits in Gen.NonEmptyListOf(Edit)
        select edits.Aggregate(Sample, (text, edit) =>
        {
            var at = Math.Min(edit.At, text.Length);
            return text[..at] + edit.Piece + text[Math.Min(at + edit.Cut, text.Length)..];
        });

    [Fact]
    public void Any_text_is_a_plan_or_a_list_of_problems_with_places() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(Gen.OneOf(Mutated, Gen.Elements(Pieces).ListOf().Select(string.Concat)).ToArbitrary(), text =>
        {
            var reading = PlanReader.Parse("x.yaml", text, ".");
            (reading.Value is null).ShouldBe(reading.Problems.Count > 0);
            foreach (var problem in reading.Problems)
            {
                problem.Text.ShouldNotBeEmpty();
                problem.At.Source.ShouldBe("x.yaml");
            }
        }));

    [Fact]
    public void Nesting_without_end_is_refused() =>
        PlanReader.Parse("x.yaml", new string('[', 200_000), ".").Problems.ShouldHaveSingleItem().Text.ShouldContain("levels deep");
}
