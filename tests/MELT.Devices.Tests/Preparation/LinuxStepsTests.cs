using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class LinuxStepsTests : IDisposable
{
    private const DevicePlatform Linux = DevicePlatform.Linux;
    private const string Cpu = "/sys/devices/system/cpu/cpufreq/", Gpu = "/sys/class/devfreq/17000000.ga10b/", Chip = "/sys/class/hwmon/hwmon3/", Battery = "/sys/class/power_supply/battery/";
    private readonly StandInDevice _board = new(StandIns.Jetson);

    public LinuxStepsTests()
    {
        foreach (var (policy, steps, high) in new[] { ("policy0", "300000 1200000 1800000", "1800000"), ("policy4", "800000 1800000 2400000", "2400000") })
        {
            _board.With($"{Cpu}{policy}/scaling_governor", "schedutil").With($"{Cpu}{policy}/scaling_available_governors", "performance schedutil ")
                .With($"{Cpu}{policy}/scaling_min_freq", steps.Split(' ')[0]).With($"{Cpu}{policy}/scaling_max_freq", high)
                .With($"{Cpu}{policy}/cpuinfo_min_freq", steps.Split(' ')[0]).With($"{Cpu}{policy}/cpuinfo_max_freq", high)
                .With($"{Cpu}{policy}/scaling_available_frequencies", steps + " ");
        }
        _board.With(Gpu + "min_freq", "306000000").With(Gpu + "max_freq", "612000000").With(Gpu + "available_frequencies", "306000000 612000000 918000000");
        _board.With("/sys/class/devfreq/soc:qcom,gpubw/min_freq", "1").With("/sys/class/devfreq/soc:qcom,gpubw/max_freq", "2");
    }

    [Fact]
    public async Task The_governor_of_every_policy_is_set_and_restored() =>
        await _board.SetAndRestoreAsync(_board.Access(Linux), "governor", "performance", () => _board.Read(Cpu + "policy4/scaling_governor").ShouldBe("performance"));

    [Fact]
    public async Task A_governor_that_the_kernel_lacks_is_not_written()
    {
        var outcome = await _board.Access(Linux).ApplyAsync("governor", "userspace");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain("only performance schedutil");
        _board.Read(Cpu + "policy0/scaling_governor").ShouldBe("schedutil");
    }

    [Fact]
    public async Task A_frequency_that_every_policy_has_is_pinned_and_restored() =>
        await _board.SetAndRestoreAsync(_board.Access(Linux), "frequency", "1800 MHz", () =>
        {
            _board.Read(Cpu + "policy0/scaling_min_freq").ShouldBe("1800000");
            _board.Read(Cpu + "policy4/scaling_max_freq").ShouldBe("1800000");
        });

    [Fact]
    public async Task The_most_that_each_policy_can_do_fits_clusters_of_different_speed() =>
        await _board.SetAndRestoreAsync(_board.Access(Linux), "frequency", "max", () =>
            (_board.Read(Cpu + "policy0/scaling_min_freq"), _board.Read(Cpu + "policy4/scaling_min_freq")).ShouldBe(("1800000", "2400000")));

    [Theory]
    [InlineData("2400 MHz", "policy0 cannot run at 2400 MHz")]
    [InlineData("1000 MHz", "only at 300 MHz, 1200 MHz, 1800 MHz")]
    public async Task A_frequency_that_a_policy_lacks_is_refused_before_anything_is_written(string frequency, string reason)
    {
        var before = _board.Everything;

        var outcome = await _board.Access(Linux).ApplyAsync("frequency", frequency);

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain(reason);
        _board.Everything.ShouldBe(before);
    }

    [Fact]
    public async Task No_lower_limit_is_ever_written_above_the_upper_one()
    {
        _board.With(Cpu + "policy0/scaling_max_freq", "300000").With(Cpu + "policy4/scaling_max_freq", "800000");
        var link = _board.Connect();
        var access = _board.Access(link, Linux);

        var outcome = await access.ApplyAsync("frequency", "1800 MHz");
        await access.Preparer(new()).RestoreAsync([outcome.Prior!]);

        link.Ran.Where(r => r.Contains("tee ") && r.Contains("policy0")).Select(r => r[(r.LastIndexOf('/') + 1)..])
            .ShouldBe(["scaling_max_freq", "scaling_min_freq", "scaling_min_freq", "scaling_max_freq"]);
        _board.Read(Cpu + "policy0/scaling_max_freq").ShouldBe("300000");
    }

    [Fact]
    public async Task The_clock_of_the_GPU_is_pinned_and_the_bus_of_its_memory_left_alone() =>
        await _board.SetAndRestoreAsync(_board.Access(Linux), "gpu-frequency", "918 MHz", () =>
        {
            (_board.Read(Gpu + "min_freq"), _board.Read(Gpu + "max_freq")).ShouldBe(("918000000", "918000000"));
            _board.Read("/sys/class/devfreq/soc:qcom,gpubw/min_freq").ShouldBe("1");
        });

    [Fact]
    public async Task A_fan_is_taken_from_its_service_and_given_back()
    {
        _board["service.nvfancontrol"] = "active";
        _board.With(Chip + "pwm1", "60");

        await _board.SetAndRestoreAsync(_board.Access(Linux), "fan", "max", () => (_board["service.nvfancontrol"], _board.Read(Chip + "pwm1")).ShouldBe(("inactive", "255")));
    }

    [Fact]
    public async Task A_fan_is_taken_from_its_chip_and_given_back() => await FanAsync(Chip + "pwm1_enable", Chip + "pwm1", "2", "1");

    [Fact]
    public async Task A_fan_is_taken_from_the_kernel_of_an_old_Jetson_and_given_back() => await FanAsync("/sys/devices/pwm-fan/temp_control", "/sys/devices/pwm-fan/target_pwm", "1", "0");

    private async Task FanAsync(string regulator, string speed, string automatic, string byHand)
    {
        _board.With(regulator, automatic).With(speed, "80");

        await _board.SetAndRestoreAsync(_board.Access(Linux), "fan", "200", () => (_board.Read(regulator), _board.Read(speed)).ShouldBe((byHand, "200")));
    }

    [Theory]
    [InlineData("input_suspend", "0", "1")]
    [InlineData("charging_enabled", "1", "0")]
    [InlineData("battery_charging_enabled", "1", "0")]
    public async Task Charging_is_cut_by_the_switch_there_is_in_its_own_sense(string file, string charging, string cut)
    {
        _board.With(Battery + file, charging).With(Battery + "status", "Discharging");

        await _board.SetAndRestoreAsync(_board.Access(Linux), "charging", "off", () => _board.Read(Battery + file).ShouldBe(cut));
    }

    [Fact]
    public async Task A_switch_that_is_thrown_while_the_battery_goes_on_charging_has_failed()
    {
        _board.With(Battery + "input_suspend", "0").With(Battery + "status", "Charging");

        var outcome = await _board.Access(Linux).ApplyAsync("charging", "off");

        outcome.Grade.ShouldBe(StepGrade.Failed);
        outcome.Reason.ShouldNotBeNull().ShouldContain("status=Charging");
    }

    [Theory]
    [InlineData("charging", "off", "unplug the device")]
    [InlineData("fan", "max", "no fan")]
    [InlineData("brightness", "0", "no brightness on this kind of device")]
    public async Task What_a_board_lacks_is_not_possible(string name, string value, string reason)
    {
        var outcome = await _board.Access(Linux).ApplyAsync(name, value);

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public async Task A_user_who_is_not_root_writes_by_sudo()
    {
        _board["uid"] = "1000";

        (await _board.Access(Linux).ApplyAsync("governor", "performance")).Grade.ShouldBe(StepGrade.Verified);
    }

    [Fact]
    public async Task A_sudo_that_asks_for_a_password_is_not_possible_and_says_what_to_do()
    {
        (_board["uid"], _board["sudo-asks"]) = ("1000", "yes");

        var outcome = await _board.Access(Linux).ApplyAsync("governor", "performance");

        outcome.Grade.ShouldBe(StepGrade.NotPossible);
        outcome.Reason.ShouldBe($"writing {_board.Root}{Cpu}policy0/scaling_governor needs root, and sudo: a password is required: let this user run 'tee' by sudo without a password, or log in as root");
    }

    public void Dispose() => _board.Dispose();
}
