using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MELT.Devices.Preparation;

/// <summary>
/// The lowest and the highest frequency a clock may take, in hertz. <see cref="Lowest"/> and <see cref="Highest"/> stand for what the
/// hardware can do, so that one wish fits clusters of different speed.
/// </summary>
public readonly record struct FrequencyRange(long MinHertz, long MaxHertz)
{
    public const long Lowest = 0, Highest = long.MaxValue;
    private const string Between = "..";
    private static readonly (string Unit, long Hertz)[] Units = [("GHz", 1_000_000_000), ("MHz", 1_000_000), ("kHz", 1_000), ("Hz", 1)];

    /// <summary>Reads <c>1800 MHz</c>, <c>max</c>, <c>min</c> or <c>600 MHz..1.8 GHz</c>.</summary>
    public static bool TryParse(string text, out FrequencyRange range, [NotNullWhen(false)] out string? problem)
    {
        var parts = text.Split(Between, 2);
        range = default;
        if (!TryHertz(parts[0], out var min, out problem) || !TryHertz(parts[^1], out var max, out problem)) { return false; }
        range = new(min, max);
        problem = min > max ? $"'{text}' begins above its end" : null;
        return problem is null;
    }

    public override string ToString() => MinHertz == MaxHertz ? Text(MinHertz) : Text(MinHertz) + Between + Text(MaxHertz);

    private static bool TryHertz(string text, out long hertz, [NotNullWhen(false)] out string? problem)
    {
        text = text.Trim();
        problem = null;
        hertz = text switch { "min" => Lowest, "max" => Highest, _ => -1 };
        if (hertz >= 0) { return true; }
        foreach (var (unit, size) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(text[..^unit.Length].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and < 1_000_000_000_000)
            {
                hertz = (long)(number * size);
                return true;
            }
        }
        problem = $"'{text}' is not a frequency such as '1800 MHz', 'max' or 'min'";
        return false;
    }

    private static string Text(long hertz)
    {
        if (hertz is Lowest or Highest) { return hertz == Lowest ? "min" : "max"; }
        var (unit, size) = Units.Skip(1).First(u => hertz % u.Hertz == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{hertz / size} {unit}");
    }
}
