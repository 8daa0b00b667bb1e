using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class JetsonStepsTests : IDisposable
{
    private readonly StandInDevice _board = new(StandIns.Jetson);

    public JetsonStepsTests()
    {
        _board["power-mode"] = "NV Power Mode: MODE_15W\n1";
        _board["clocks"] = "729600";
        _board.With("/etc/nvpmodel.conf", "< POWER_MODEL ID=0 NAME=MAXN >\nCPU_ONLINE CORE_0 1\n< POWER_MODEL ID=1 NAME=MODE_15W >\n< POWER_MODEL ID=2 NAME=MODE_30W >\n< PM_CONFIG DEFAULT=1 >");
    }

    private DeviceAccess Access => _board.Access(DevicePlatform.Linux);

    [Theory]
    [InlineData("MAXN")]
    [InlineData("0")]
    public async Task A_power_mode_is_set_by_name_or_number_and_restored(string mode)
    {
        var outcome = await _board.SetAndRestoreAsync(Access, "power-mode", mode, () => _board["power-mode"].ShouldContain("MAXN"));

        (outcome.Old, outcome.Now).ShouldBe(("1 MODE_15W", "0 MAXN"));
    }

    [Fact]
    public async Task A_power_mode_in_force_is_known_by_its_short_name() => (await Access.ApplyAsync("power-mode", "15W")).Grade.ShouldBe(StepGrade.Already);

    [Fact]
    public async Task A_power_mode_that_needs_a_reboot_is_declined_and_nothing_reboots()
    {
        var outcome = await Access.ApplyAsync("power-mode", "30W");

        outcome.Grade.ShouldBe(StepGrade.Failed);
        outcome.Reason.ShouldNotBeNull().ShouldContain("needs a reboot");
        _board.Everything.Keys.ShouldNotContain("state/rebooted");
        _board["power-mode"].ShouldContain("MODE_15W");
    }

    [Fact]
    public async Task A_power_mode_that_there_is_not_is_answered_with_those_there_are() =>
        (await Access.ApplyAsync("power-mode", "50W")).Reason.ShouldBe("there is no power mode '50W', only MAXN (0), MODE_15W (1), MODE_30W (2)");

    [Fact]
    public async Task Clocks_are_pinned_and_restored_from_the_journal_alone()
    {
        var outcome = await _board.SetAndRestoreAsync(Access, "jetson-clocks", "on", () => _board["clocks"].ShouldBe("1510400"));

        outcome.Old.ShouldBe("off\n/sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq:729600\n/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked:0");
    }

    [Fact]
    public async Task A_board_without_nvpmodel_has_no_power_mode()
    {
        _board.Remove("nvpmodel");

        var outcome = await Access.ApplyAsync("power-mode", "MAXN");

        (outcome.Grade, outcome.Reason).ShouldBe((StepGrade.NotPossible, "the device has no 'nvpmodel'"));
    }

    public void Dispose() => _board.Dispose();
}
