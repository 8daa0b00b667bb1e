using FsCheck;
using FsCheck.Fluent;
using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

public sealed class PreparationWishesTests
{
    private static Dictionary<string, IReadOnlyList<string>> Settings(params (string Key, string Value)[] settings) => settings.ToDictionary(s => s.Key, s => (IReadOnlyList<string>)[s.Value]);

    private static string Problem(params (string Key, string Value)[] settings)
    {
        PreparationWishes.TryRead(Settings(settings), out _, out var problem).ShouldBeFalse();
        return problem.ShouldNotBeNull();
    }

    [Fact]
    public void A_block_of_the_configuration_becomes_wishes_with_what_may_cut_the_link_last()
    {
        var settings = Settings(("usb-power.uhubctl.hub", "1-1.4"), ("usb-power.uhubctl.port", "3"), ("wifi", "off"), ("airplane-mode", "true"), ("brightness", "0"), ("screen-timeout", "30 s"),
            ("frequency.min", "600 MHz"), ("frequency.max", "1.8 GHz"), ("gpu-frequency", "max"), ("fan", "max"), ("jetson-clocks", "on"), ("power-mode", "MAXN"), ("governor", "performance"), ("background-apps", "stopped"));
        settings["stop-apps"] = ["com.android.chrome", "com.example.mail"];

        PreparationWishes.TryRead(settings, out var wishes, out var problem).ShouldBeTrue(problem);

        wishes.Select(w => w.ToString()).ShouldBe(
        [
            "stop-apps = com.android.chrome, com.example.mail", "background-apps = stopped", "screen-timeout = 30000 ms", "brightness = 0", "power-mode = MAXN", "jetson-clocks = on",
            "governor = performance", "frequency = 600 MHz..1800 MHz", "gpu-frequency = max", "fan = 255", "airplane-mode = on", "wifi = off", "usb-power = uhubctl 1-1.4 port 3",
        ]);
    }

    [Fact]
    public void Every_wish_is_read_back_from_its_own_text()
    {
        string[][] all =
        [
            ["stop-apps", "a.b, c.d"], ["background-apps", "stopped"], ["do-not-disturb", "priority"], ["screen-timeout", "1.5 h"], ["brightness", "12"], ["screen", "yes"], ["power-mode", "MODE_15W"], ["jetson-clocks", "true"],
            ["governor", "schedutil"], ["frequency", "min..max"], ["gpu-frequency", "918 MHz"], ["fan", "max"], ["charging", "off"], ["airplane-mode", "off"], ["bluetooth", "no"], ["wifi", "on"], ["usb-power", "ykush YK1 port 2"],
        ];
        all.Select(w => w[0]).ShouldBe(PreparationWishes.Names);
        foreach (var words in all)
        {
            var wish = Trial.Wish(words[0], words[1]);
            Trial.Wish(wish.Name, wish.Value).ToString().ShouldBe(wish.ToString());
        }
    }

    [Fact]
    public void Every_frequency_is_read_back_from_its_own_text() => Prop.ForAll(
        Gen.Choose(1, 3_000_000).Two().Select(p => new FrequencyRange(Math.Min(p.Item1, p.Item2) * 1_000L, Math.Max(p.Item1, p.Item2) * 1_000L)).ToArbitrary(),
        range => FrequencyRange.TryParse(range.ToString(), out var read, out _) && read == range).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("wlan", "off", "'wlan' is not something a device can be prepared with; there are stop-apps")]
    [InlineData("wifi", "perhaps", "'wifi' cannot be 'perhaps': write on or off")]
    [InlineData("brightness", "256", "'brightness' cannot be '256': write a number from 0 to 255")]
    [InlineData("brightness", "max", "write a number from 0 to 255")]
    [InlineData("fan", "full", "write a number from 0 to 255, or max")]
    [InlineData("frequency", "1800", "'1800' is not a frequency such as '1800 MHz'")]
    [InlineData("frequency", "2 GHz..1 GHz", "begins above its end")]
    [InlineData("screen-timeout", "10", "write a length of time")]
    [InlineData("jetson-clocks", "off", "leave the wish out")]
    [InlineData("governor", "performance; reboot", "write one word")]
    [InlineData("stop-apps", "--user, all", "write the names of packages")]
    [InlineData("usb-power", "off", "usb-power { uhubctl")]
    [InlineData("frequency.min", "1 GHz", "'frequency.min' needs 'frequency.max' beside it")]
    [InlineData("usb-power.ykush.port", "1", "needs 'usb-power.ykush.serial'")]
    public void An_error_names_the_key_and_what_to_write(string key, string value, string words) => Problem((key, value)).ShouldContain(words);

    [Fact]
    public void A_port_of_two_programs_or_a_list_in_place_of_a_value_is_refused()
    {
        Problem(("usb-power.uhubctl.hub", "1-1"), ("usb-power.uhubctl.port", "1"), ("usb-power.ykush.serial", "Y"), ("usb-power.ykush.port", "1")).ShouldContain("'usb-power' is written twice");
        PreparationWishes.TryRead(new Dictionary<string, IReadOnlyList<string>> { ["wifi"] = ["on", "off"] }, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("'wifi' is one value, not a list");
    }
}
