using MELT.Actors.Experiments;
using MELT.Devices;

namespace MELT.Actors.Tests.Experiments;

public sealed class ExperimentPlanCanonicalTests
{
    private static ExperimentPlan Plan() => new()
    {
        Name = "köln \"1\"",
        Devices = [PlannedDevice.Host, new(new DeviceId("phone-1"), new PlannedLink.Simulated("phone-monsoon", 7), new PlannedEngine.Simulated())],
        Models = ["synthetic:tiny:f16"],
        Parameters = new() { Threads = [1, 2], Mmap = [true] },
        Requests = new PlannedRequests.Prompts(["hi\nthere"]),
        Generation = new() { MaxTokens = 16, Temperature = 0.7f, TopP = 0.9f, Stop = ["###"] },
        Baseline = TimeSpan.FromSeconds(2.5),
        Order = new PlannedOrder.Shuffled(3),
        Meters = ["plug-1/power"],
    };

    [Fact]
    public void The_canonical_text_has_sorted_keys_and_no_absent_values() => Plan().Canonical().ShouldBe(
        """{"allow_estimates":false,"baseline":"00:00:02.5000000","devices":[{"id":"host","link":{"type":"local"}},{"engine":{"type":"simulated"},"id":"phone-1","link":{"profile":"phone-monsoon","seed":7,"type":"simulated"}}],"engines":[],"generation":{"ignore_end_of_sequence":false,"max_tokens":16,"seed":1,"stop":["###"],"temperature":0.7,"top_k":40,"top_p":0.9},"meters":["plug-1/power"],"models":["synthetic:tiny:f16"],"name":"köln \"1\"","order":{"seed":3,"type":"shuffled"},"parameters":{"batch_tokens":[],"context_tokens":[],"flash_attention":[],"gpu_layers":[],"kv_type":[],"mlock":[],"mmap":[true],"threads":[1,2]},"repetitions":1,"requests":{"texts":["hi\nthere"],"type":"prompts"},"retries":0,"warmup":1}""");

    [Fact]
    public void The_canonical_text_reads_back_as_the_same_plan()
    {
        var plan = Plan();
        ExperimentPlan.FromCanonical(plan.Canonical()).Canonical().ShouldBe(plan.Canonical());
        ExperimentPlan.FromCanonical(plan.Canonical()).Expand().Select(s => s.Cell.Name).ShouldBe(plan.Expand().Select(s => s.Cell.Name));
    }

    [Fact]
    public void A_command_and_lengths_read_back_too()
    {
        var plan = new ExperimentPlan { Name = "c", Engines = [new PlannedEngine.Command(["a", "b"]), new PlannedEngine.LlamaCpp()], Models = ["m"], Requests = new PlannedRequests.Lengths([new(3, 4)]) };
        var read = ExperimentPlan.FromCanonical(plan.Canonical());
        read.Engines[0].ShouldBeOfType<PlannedEngine.Command>().Arguments.ShouldBe(["a", "b"]);
        read.Requests.ShouldBeOfType<PlannedRequests.Lengths>().Items.ShouldBe([new PlannedLength(3, 4)]);
    }

    [Fact]
    public void The_hash_changes_with_any_prompt()
    {
        var plan = Plan();
        plan.Sha256().ShouldBe(Plan().Sha256());
        plan.Sha256().Length.ShouldBe(64);
        (plan with { Requests = new PlannedRequests.Prompts(["hi\nthere!"]) }).Sha256().ShouldNotBe(plan.Sha256());
    }
}
