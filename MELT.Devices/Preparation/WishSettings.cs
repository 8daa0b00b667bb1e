using System.Diagnostics.CodeAnalysis;

namespace MELT.Devices.Preparation;

/// <summary>Brings nested keys of the configuration to one text per wish.</summary>
internal static class WishSettings
{
    private static readonly (string Wish, string[] Keys, Func<string[], string> Join)[] Nested =
    [
        ("frequency", ["frequency.min", "frequency.max"], v => $"{v[0]}..{v[1]}"),
        ("gpu-frequency", ["gpu-frequency.min", "gpu-frequency.max"], v => $"{v[0]}..{v[1]}"),
        ("usb-power", ["usb-power.uhubctl.hub", "usb-power.uhubctl.port"], v => $"uhubctl {v[0]} port {v[1]}"),
        ("usb-power", ["usb-power.ykush.serial", "usb-power.ykush.port"], v => $"ykush {v[0]} port {v[1]}"),
    ];

    public static bool TryFlatten(IReadOnlyDictionary<string, IReadOnlyList<string>> settings, out IReadOnlyDictionary<string, string> flat, [NotNullWhen(false)] out string? problem)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        flat = texts;
        foreach (var (key, values) in settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var nested = Array.Find(Nested, n => n.Keys.Contains(key));
            var wish = nested.Wish ?? key;
            if (nested.Keys?.FirstOrDefault(k => !settings.ContainsKey(k)) is { } missing)
            {
                problem = $"'{key}' needs '{missing}' beside it";
                return false;
            }
            if (values.Count != 1 && wish != "stop-apps")
            {
                problem = $"'{key}' is one value, not {(values.Count == 0 ? "an empty list" : "a list")}";
                return false;
            }
            var text = nested.Keys is null ? string.Join(", ", values) : nested.Join([.. nested.Keys.Select(k => settings[k] is [var only] ? only : "")]);
            if (texts.TryGetValue(wish, out var other) && other != text)
            {
                problem = $"'{wish}' is written twice: as '{other}' and as '{text}'";
                return false;
            }
            texts[wish] = text;
        }
        problem = null;
        return true;
    }
}
