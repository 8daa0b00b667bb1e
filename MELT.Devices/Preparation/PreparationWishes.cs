using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MELT.Devices.Preparation;

/// <summary>Reads what an operator wishes: keys and values as they stand in the configuration, or a single wish from a journal.</summary>
public static class PreparationWishes
{
    private delegate PreparationWish? Reader(string text, out string expected);

    /// <summary>In the order in which they are applied: what may cut a link comes last, and what sets others anew (a power mode) before them.</summary>
    private static readonly (string Name, Reader Read)[] Readers =
    [
        ("stop-apps", ReadPackages),
        ("background-apps", (string text, out string expected) => Fixed(text, "stopped", new PreparationWish.BackgroundApps(), out expected)),
        ("do-not-disturb", ReadDoNotDisturb),
        ("screen-timeout", ReadTimeout),
        ("brightness", (string text, out string expected) => Level(text, null, l => new PreparationWish.Brightness(l), out expected)),
        ("screen", (string text, out string expected) => OnOff(text, on => new PreparationWish.Screen(on), out expected)),
        ("power-mode", (string text, out string expected) => Word(text, mode => new PreparationWish.PowerMode(mode), out expected)),
        ("jetson-clocks", (string text, out string expected) => Fixed(Truth(text) == true ? "on" : text, "on", new PreparationWish.JetsonClocks(), out expected)),
        ("governor", (string text, out string expected) => Word(text, name => new PreparationWish.Governor(name), out expected)),
        ("frequency", (string text, out string expected) => Range(text, range => new PreparationWish.Frequency(range), out expected)),
        ("gpu-frequency", (string text, out string expected) => Range(text, range => new PreparationWish.GpuFrequency(range), out expected)),
        ("fan", (string text, out string expected) => Level(text, "max", l => new PreparationWish.Fan(l), out expected)),
        ("charging", (string text, out string expected) => OnOff(text, on => new PreparationWish.Charging(on), out expected)),
        ("airplane-mode", (string text, out string expected) => OnOff(text, on => new PreparationWish.AirplaneMode(on), out expected)),
        ("bluetooth", (string text, out string expected) => OnOff(text, on => new PreparationWish.Bluetooth(on), out expected)),
        ("wifi", (string text, out string expected) => OnOff(text, on => new PreparationWish.WiFi(on), out expected)),
        ("usb-power", ReadUsbPower),
    ];

    /// <summary>The keys there are, in the order in which the wishes are applied.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Readers.Select(r => r.Name)];

    /// <summary>
    /// Reads a block of the configuration. A nested key is written with dots (<c>frequency.min</c>, <c>usb-power.uhubctl.hub</c>); a
    /// single value is a list of one. The wishes come in the order in which they are applied.
    /// </summary>
    public static bool TryRead(IReadOnlyDictionary<string, IReadOnlyList<string>> settings, out IReadOnlyList<PreparationWish> wishes, [NotNullWhen(false)] out string? problem)
    {
        wishes = [];
        if (!WishSettings.TryFlatten(settings, out var flat, out problem)) { return false; }
        var read = new List<PreparationWish>();
        foreach (var (name, text) in flat)
        {
            if (!TryRead(name, text, out var wish, out problem)) { return false; }
            read.Add(wish);
        }
        wishes = InOrder(read);
        return true;
    }

    /// <summary>In the order in which they are applied.</summary>
    public static IReadOnlyList<PreparationWish> InOrder(IEnumerable<PreparationWish> wishes) => [.. wishes.OrderBy(wish => Place(wish.Name))];

    /// <summary>Reads one wish from its name and <see cref="PreparationWish.Value"/>.</summary>
    public static bool TryRead(string name, string text, [NotNullWhen(true)] out PreparationWish? wish, [NotNullWhen(false)] out string? problem)
    {
        (wish, problem) = (null, null);
        var place = Place(name);
        if (place < 0)
        {
            problem = $"'{name}' is not something a device can be prepared with; there are {string.Join(", ", Names)}";
            return false;
        }
        wish = Readers[place].Read(text.Trim(), out var expected);
        if (wish is null) { problem = $"'{name}' cannot be '{text}': {expected}"; }
        return wish is not null;
    }

    private static int Place(string name) => Array.FindIndex(Readers, r => r.Name == name);

    private static bool? Truth(string text) => text.ToLowerInvariant() switch { "on" or "true" or "yes" => true, "off" or "false" or "no" => false, _ => null };

    private static PreparationWish? OnOff(string text, Func<bool, PreparationWish> make, out string expected)
    {
        expected = "write on or off";
        return Truth(text) is { } on ? make(on) : null;
    }

    private static PreparationWish? Fixed(string text, string only, PreparationWish wish, out string expected)
    {
        expected = $"the only value is {only}; leave the wish out for anything else";
        return text == only ? wish : null;
    }

    private static PreparationWish? Level(string text, string? full, Func<int, PreparationWish> make, out string expected)
    {
        expected = full is null ? "write a number from 0 to 255" : $"write a number from 0 to 255, or {full}";
        if (full is not null && text == full) { return make(byte.MaxValue); }
        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? make(level) : null;
    }

    private static PreparationWish? Word(string text, Func<string, PreparationWish> make, out string expected)
    {
        expected = "write one word of letters, digits, '_', '-' or '.'";
        return IsWord(text) ? make(text) : null;
    }

    private static PreparationWish? Range(string text, Func<FrequencyRange, PreparationWish> make, out string expected) =>
        FrequencyRange.TryParse(text, out var range, out expected!) ? make(range) : null;

    private static PreparationWish.DoNotDisturb? ReadDoNotDisturb(string text, out string expected)
    {
        expected = "write on, priority, alarms or off";
        return Truth(text) is { } on ? new(on ? "on" : "off") : text is "priority" or "alarms" ? new(text) : null;
    }

    private static PreparationWish.ScreenTimeout? ReadTimeout(string text, out string expected)
    {
        expected = "write a length of time such as '30 s', '10 min' or '500 ms'";
        (string Unit, double Milliseconds)[] units = [("ms", 1), ("min", 60_000), ("m", 60_000), ("s", 1_000), ("h", 3_600_000)];
        foreach (var (unit, size) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text[..^unit.Length].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                // Android keeps it as 32 bits.
                return number * size is >= 1 and <= int.MaxValue and var length ? new(TimeSpan.FromMilliseconds(Math.Round(length))) : null;
            }
        }
        return null;
    }

    private static PreparationWish.StopApps? ReadPackages(string text, out string expected)
    {
        expected = "write the names of packages, such as [com.android.chrome, com.google.android.youtube]";
        var packages = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return packages.Length > 0 && packages.All(IsWord) ? new(packages) : null;
    }

    private static PreparationWish.UsbPower? ReadUsbPower(string text, out string expected)
    {
        expected = "write usb-power { uhubctl { hub = \"1-1\", port = 3 } } or usb-power { ykush { serial = YK12345, port = 1 } }";
        return text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["uhubctl" or "ykush", var place, "port", var number] words && IsWord(place)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
                ? new(words[0], place, port)
                : null;
    }

    // These words become arguments of programs, so none may look like an option.
    private static bool IsWord(string text) => text.Length > 0 && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
