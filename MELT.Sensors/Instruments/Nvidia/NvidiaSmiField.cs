using System.Collections.Immutable;
using System.Globalization;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.Nvidia;

/// <summary>A field of <c>nvidia-smi --query-gpu</c>: as it is asked for, the unit its CSV header names, and what becomes of its cells.</summary>
/// <param name="Factor">By which a cell is multiplied, beside ten to <paramref name="Exponent"/>.</param>
public sealed record NvidiaSmiField(string Query, string? Unit, ChannelDescription Channel, int Exponent = 0, long Factor = 1)
{
    public const string Power = "power_draw";
    private const long Mebi = 1 << 20;

    public static ImmutableArray<NvidiaSmiField> Known { get; } =
    [
        new("power.draw", "W", PowerChannel(Power)),
        new("power.draw.average", "W", PowerChannel("power_draw_average")),
        new("power.draw.instant", "W", PowerChannel("power_draw_instant")),
        new("utilization.gpu", "%", new() { Name = "utilization_gpu", Quantity = "utilization", Unit = "1", Resolution = 0.01 }, -2),
        new("utilization.memory", "%", new() { Name = "utilization_memory", Quantity = "utilization", Unit = "1", Resolution = 0.01 }, -2),
        new("temperature.gpu", null, new() { Name = "temperature_gpu", Quantity = "temperature", Unit = "°C", Resolution = 1 }),
        new("clocks.current.sm", "MHz", new() { Name = "clocks_current_sm", Quantity = "frequency", Unit = "Hz", Resolution = 1e6 }, 6),
        new("clocks.current.memory", "MHz", new() { Name = "clocks_current_memory", Quantity = "frequency", Unit = "Hz", Resolution = 1e6 }, 6),
        new("memory.used", "MiB", new() { Name = "memory_used", Quantity = "memory", Unit = "B", Resolution = Mebi }, 0, Mebi),
        new("pstate", null, new() { Name = "pstate" }),
        new("clocks_throttle_reasons.active", null, new() { Name = "throttle_reasons", Quantity = "throttling", Unit = "1" }),
    ];

    /// <summary>As the CSV header names it.</summary>
    public string Header => Unit is null ? Query : $"{Query} [{Unit}]";

    /// <summary>Cells of nvidia-smi that hold no reading: [N/A], [Not Supported], [Unknown Error], N/A.</summary>
    public static bool IsMissing(string cell) => cell is ['[', .., ']'] or "N/A" or "";

    /// <summary>The number in a cell as text: without its unit, of P2 the 2, of a bit mask its value.</summary>
    public string Number(string cell)
    {
        if (Unit is not null && cell.EndsWith($" {Unit}", StringComparison.Ordinal)) return cell[..^(Unit.Length + 1)];
        if (Query == "pstate" && cell is ['P', .. var state]) return state;
        return cell.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(cell.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask) && mask >= 0
            ? mask.ToString(CultureInfo.InvariantCulture) : cell;
    }

    /// <summary>Powers of one card are views of one power and are not added up: the first stands for the card, the others lie below it.</summary>
    public static ImmutableArray<ChannelDescription> Alternatives(ImmutableArray<ChannelDescription> channels)
    {
        var first = channels.OrderBy(c => c.Name == Power ? 0 : 1).FirstOrDefault(c => c.Quantity == "power");
        return [.. channels.Select(c => c.Quantity == "power" && c != first ? c with { Parent = first!.Name } : c)];
    }

    private static ChannelDescription PowerChannel(string name) => new() { Name = name, Quantity = "power", Unit = "W", Boundary = "board", Resolution = 0.01 };
}
