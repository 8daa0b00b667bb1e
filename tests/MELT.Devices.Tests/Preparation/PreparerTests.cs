using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Devices.Links;
using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class PreparerTests : IDisposable
{
    private readonly StandInDevice _phone = new(StandIns.Android);
    private readonly KeptLog _log = new();
    private readonly PreparationWish[] _wishes = [Trial.Wish("do-not-disturb", "on"), Trial.Wish("screen-timeout", "10 min"), Trial.Wish("brightness", "0"), Trial.Wish("airplane-mode", "on"), Trial.Wish("wifi", "off")];
    private readonly SortedDictionary<string, string> _before;

    public PreparerTests()
    {
        _phone["ro.build.version.sdk"] = "30";
        _phone["global.wifi_on"] = "1";
        _phone["global.airplane_mode_on"] = "0";
        _phone["global.zen_mode"] = "0";
        _phone["system.screen_brightness"] = "137";
        _phone["system.screen_brightness_mode"] = "1";
        _before = _phone.Everything;
    }

    private Preparer Connect(Func<string, bool>? diesAt = null, bool afterwards = false)
    {
        var link = _phone.Connect();
        link.DiesAfterwards = afterwards;
        link.DiesAt = diesAt ?? (_ => false);
        return _phone.Access(link, DevicePlatform.Android).Preparer(_log);
    }

    [Fact]
    public async Task The_old_state_is_kept_before_the_device_is_changed()
    {
        var seen = new List<bool>();
        _log.OnChanging = prior => seen.Add(prior.Name switch
        {
            "wifi" => _phone["global.wifi_on"] == "1",
            "airplane-mode" => _phone["global.airplane_mode_on"] == "0",
            "brightness" => _phone["system.screen_brightness"] == "137",
            "do-not-disturb" => _phone["global.zen_mode"] == "0",
            _ => !_phone.Everything.ContainsKey("state/system.screen_off_timeout"),
        });

        var outcomes = await Connect().ApplyAsync(_wishes, default);

        seen.ShouldBe(Enumerable.Repeat(true, _wishes.Length));
        outcomes.ShouldAllBe(outcome => outcome.Grade == StepGrade.Verified);
        _log.Outcomes.ShouldBe(outcomes);
        outcomes.Select(outcome => outcome.Prior).ShouldBe(_log.Priors);
    }

    [Fact]
    public async Task All_is_restored_in_reverse_order()
    {
        await Connect().ApplyAsync(_wishes, default);

        var restored = await Connect().RestoreAsync(_log.Priors);

        restored.Select(r => r.Name).ShouldBe(_wishes.Select(w => w.Name).Reverse());
        restored.ShouldAllBe(r => r.IsDone);
        _log.Restored.ShouldBe(restored);
        _phone.Everything.ShouldBe(_before);
    }

    [Theory]
    [InlineData("settings put system screen_brightness 0", false)]
    [InlineData("cmd connectivity airplane-mode enable", true)]
    [InlineData("svc wifi disable", false)]
    [InlineData("svc wifi disable", true)]
    public async Task A_link_that_dies_in_the_middle_leaves_a_list_by_which_another_restores(string last, bool afterwards)
    {
        await Should.ThrowAsync<LinkException>(() => Connect(words => words == last, afterwards).ApplyAsync(_wishes, default));
        _phone.Everything.ShouldNotBe(_before);

        _log.Priors[^1].Name.ShouldBe(last.Contains("brightness") ? "brightness" : last.Contains("wifi") ? "wifi" : "airplane-mode");
        // What a journal gives back after a crash.
        var kept = JsonSerializer.Deserialize<List<PriorState>>(JsonSerializer.Serialize(_log.Priors))!;
        var restored = await Connect().RestoreAsync(kept);

        restored.ShouldAllBe(r => r.IsDone);
        _phone.Everything.ShouldBe(_before);
    }

    [Fact]
    public async Task A_link_that_dies_while_it_restores_can_be_followed_by_another()
    {
        await Connect().ApplyAsync(_wishes, default);
        await Should.ThrowAsync<LinkException>(() => Connect(words => words.StartsWith("cmd connectivity")).RestoreAsync(_log.Priors));

        await Connect().RestoreAsync(_log.Priors);

        _phone.Everything.ShouldBe(_before);
    }

    [Fact]
    public async Task Stopping_in_the_middle_puts_back_what_was_done_although_it_was_stopped()
    {
        using var stop = new CancellationTokenSource();
        _log.OnChanging = prior => { if (prior.Name == "airplane-mode") { stop.Cancel(); } };

        await Should.ThrowAsync<OperationCanceledException>(() => Connect().ApplyAsync(_wishes, stop.Token));

        _log.Restored.Select(r => r.Name).ShouldBe(["airplane-mode", "brightness", "screen-timeout", "do-not-disturb"]);
        _phone.Everything.ShouldBe(_before);
    }

    [Fact]
    public async Task What_was_being_set_when_it_was_stopped_is_set_back_since_the_device_may_obey_late()
    {
        using var stop = new CancellationTokenSource();
        var late = new SlowStep(readings: int.MaxValue);
        _log.OnChanging = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => new Preparer(_ => late, _log, TimeProvider.System).ApplyAsync(_wishes[..1], stop.Token));

        late.Restorations.ShouldBe(1);
        await new Preparer(_ => late, _log, TimeProvider.System).RestoreAsync(_log.Priors);
        late.Restorations.ShouldBe(1);
    }

    [Fact]
    public async Task A_log_that_fails_stops_the_change_it_could_not_keep()
    {
        _log.OnChanging = prior => { if (prior.Name == "brightness") { throw new IOException("full"); } };

        await Should.ThrowAsync<IOException>(() => Connect().ApplyAsync(_wishes, default));

        _phone.Everything.ShouldBe(_before);
    }

    [Fact]
    public async Task A_wish_that_fails_does_not_keep_the_others_from_coming_true()
    {
        _phone.Remove("svc");

        var outcomes = await Connect().ApplyAsync([.. _wishes.Reverse()], default);

        outcomes.Select(o => o.Grade).ShouldBe([.. Enumerable.Repeat(StepGrade.Verified, 4), StepGrade.NotPossible]);
        PreparationReport.Of(outcomes).Sentence.ShouldBe("The device was prepared in part: 4 of 5 wishes hold (wifi = off: not possible, the device has no 'svc').");
    }

    [Fact]
    public async Task A_device_prepared_twice_gets_back_what_it_had_first()
    {
        await Connect().ApplyAsync([Trial.Wish("brightness", "0")], default);
        await Connect().ApplyAsync([Trial.Wish("brightness", "9")], default);

        await Connect().RestoreAsync(_log.Priors);

        _phone.Everything.ShouldBe(_before);
    }

    [Fact]
    public async Task What_cannot_be_restored_is_told_and_the_rest_restored()
    {
        await Connect().ApplyAsync(_wishes, default);
        _phone.Remove("cmd");

        var restored = await Connect().RestoreAsync(_log.Priors);

        restored.Where(r => !r.IsDone).Select(r => (r.Name, r.Grade)).ShouldBe([("airplane-mode", StepGrade.NotPossible), ("do-not-disturb", StepGrade.NotPossible)]);
        _phone["system.screen_brightness"].ShouldBe("137");
    }

    [Fact]
    public async Task A_device_that_hangs_costs_its_time_limit_and_no_more()
    {
        var hanging = new Preparer(_ => new HangingStep(), _log, TimeProvider.System, new() { Step = TimeSpan.FromMilliseconds(50) });

        var outcomes = await hanging.ApplyAsync(_wishes[..1], default);
        var restored = await hanging.RestoreAsync(_log.Priors);

        (outcomes[0].Grade, outcomes[0].Old, outcomes[0].Reason).ShouldBe((StepGrade.Failed, "old", "the device gave no answer for 0.05 s"));
        restored[0].Grade.ShouldBe(StepGrade.Failed);
    }

    [Fact]
    public async Task A_link_that_never_answers_and_cannot_be_stopped_holds_nobody_up()
    {
        var deaf = new Preparer(_ => new HangingStep(deaf: true), _log, TimeProvider.System, new() { Step = TimeSpan.FromMilliseconds(50), Ending = TimeSpan.Zero });

        (await deaf.ApplyAsync(_wishes[..1], default))[0].Grade.ShouldBe(StepGrade.Failed);
    }

    [Fact]
    public async Task A_device_that_takes_its_time_is_read_again_until_it_is_as_wished()
    {
        var slow = new SlowStep(readings: 4);
        var patient = new Preparer(_ => slow, _log, TimeProvider.System, new() { BetweenReadings = TimeSpan.Zero });

        (await patient.ApplyAsync(_wishes[..1], default))[0].Grade.ShouldBe(StepGrade.Verified);

        slow.Readings.ShouldBe(4);
    }

    [Fact]
    public void Outcomes_keep_their_names_in_JSON()
    {
        var outcome = new StepOutcome("wifi", "off", null, "on", StepGrade.NotPossible, "why");

        var json = JsonSerializer.Serialize(outcome);

        json.ShouldContain("\"not-possible\"");
        JsonSerializer.Deserialize<StepOutcome>(json).ShouldBe(outcome);
        var asEventsAre = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) } };
        JsonSerializer.Serialize(outcome, asEventsAre).ShouldContain("\"not-possible\"");
        JsonSerializer.Serialize(Enum.GetValues<StepGrade>()).ShouldBe("""["verified","already","unverified","not-possible","failed"]""");
        JsonSerializer.Serialize(Enum.GetValues<PreparationGrade>()).ShouldBe("""["none","partial","full"]""");
    }

    [Fact]
    public void The_grade_of_the_whole_follows_from_the_wishes()
    {
        StepOutcome Outcome(StepGrade grade) => new("screen", "off", "on", "off", grade, "why");

        PreparationReport.Of([]).Grade.ShouldBe(PreparationGrade.None);
        PreparationReport.Of([Outcome(StepGrade.Verified), Outcome(StepGrade.Already)]).Grade.ShouldBe(PreparationGrade.Full);
        PreparationReport.Of([Outcome(StepGrade.Verified), Outcome(StepGrade.Unverified)]).Grade.ShouldBe(PreparationGrade.Partial);
        PreparationReport.Of([Outcome(StepGrade.Failed), Outcome(StepGrade.NotPossible)]).ShouldBe(new(PreparationGrade.None, "The device was not prepared (screen = off: failed, why; screen = off: not possible, why)."));
    }

    public void Dispose() => _phone.Dispose();

    private sealed class HangingStep(bool deaf = false) : IPreparationStep
    {
        public Task<StepReading> ReadAsync(CancellationToken stop) => Task.FromResult(new StepReading("old"));
        public bool IsAsWished(string state) => false;
        public bool IsRestored(string old, string now) => false;
        public async Task<StepRefusal?> SetAsync(CancellationToken stop) => await ForEverAsync(stop);
        public async Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => await ForEverAsync(stop);

        private async Task<StepRefusal?> ForEverAsync(CancellationToken stop)
        {
            await Task.Delay(Timeout.Infinite, deaf ? default : stop);
            return null;
        }
    }

    private sealed class SlowStep(int readings) : IPreparationStep
    {
        public int Readings { get; private set; }
        public int Restorations { get; private set; }
        public Task<StepReading> ReadAsync(CancellationToken stop) => Task.FromResult(new StepReading(++Readings < readings ? "old" : "new"));
        public bool IsAsWished(string state) => state == "new";
        public Task<StepRefusal?> SetAsync(CancellationToken stop) => Task.FromResult<StepRefusal?>(null);
        public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop)
        {
            Restorations++;
            return Task.FromResult<StepRefusal?>(null);
        }
    }
}
