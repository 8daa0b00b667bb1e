using System.Collections.Immutable;

namespace MELT.Sensors.Instruments.Jetson;

/// <summary>What one rail is: where it is observed, and which other rail already contains it.</summary>
/// <param name="Label">As the driver or tegrastats calls it.</param>
/// <param name="Boundary">Null: recorded, in no energy, since nobody says what it overlaps.</param>
/// <param name="Parent">Label of the rail that contains it.</param>
public sealed record Rail(string Label, string? Boundary, string? Parent = null);

/// <summary>The rails of one kind of board.</summary>
/// <param name="Boards">Parts of the device tree's model name, one of which it must contain; the first board that fits is taken.</param>
public sealed record RailsOfBoard(ImmutableArray<string> Boards, ImmutableArray<Rail> Rails, string Source);

/// <summary>
/// Which rail of a Jetson contains which, so that nothing is counted twice. VDD_IN is the input of the module, without its carrier board
/// (NVIDIA forum 200883: "VDD_IN is the total power of module"), so it is <c>board</c>; the carrier's VDD_MUX lies beside it.
/// </summary>
public static class JetsonRails
{
    private const string Energymon = "energymon/energymon @ 4bcb29c, jetson/JetsonPowerRails.md, after the Jetson Linux Developer Guide 32.6.1 and the device trees of L4T";
    private const string OrinTree = "Linux arch/arm64/boot/dts/nvidia/tegra234-p3701.dtsi and tegra234-p3767.dtsi";

    /// <summary>The rails of a board by its model name; null when it is not known.</summary>
    public static RailsOfBoard? Of(string? model) =>
        model is null ? null : Known.FirstOrDefault(k => k.Boards.Any(b => model.Contains(b, StringComparison.OrdinalIgnoreCase)));

    public static ImmutableArray<RailsOfBoard> Known { get; } =
    [
        new(["AGX Xavier"], [new("GPU", "rail"), new("CPU", "rail"), new("SOC", "rail"), new("CV", "rail"), new("VDDRQ", "rail"), new("SYS5V", "rail")],
            $"{Energymon}: no rail of the whole; SYS5V is fed beside the others, not through them"),
        new(["AGX Orin"], [new("VDD_GPU_SOC", "rail"), new("VDD_CPU_CV", "rail"), new("VIN_SYS_5V0", "rail"), new("VDDQ_VDD2_1V8AO", null)],
            $"{OrinTree}: no rail of the whole. Whether VIN_SYS_5V0 feeds VDDQ_VDD2_1V8AO is not said, so the latter is not counted"),
        new(["Orin NX", "Orin Nano"], [new("VDD_IN", "board"), new("VDD_CPU_GPU_CV", "rail", "VDD_IN"), new("VDD_SOC", "rail", "VDD_IN")],
            $"{OrinTree}; NVIDIA forum 200883 for the same rails of Xavier NX"),
        new(["Xavier NX"], [new("VDD_IN", "board"), new("VDD_CPU_GPU_CV", "rail", "VDD_IN"), new("VDD_SOC", "rail", "VDD_IN")],
            $"{Energymon}; NVIDIA forum 200883"),
        new(["TX2 NX", "lanai"], [new("VDD_IN", "board"), new("VDD_CPU_GPU", "rail", "VDD_IN"), new("VDD_SOC", "rail", "VDD_IN")], Energymon),
        new(["TX2", "quill"],
            [
                new("VDD_IN", "board"), new("VDD_SYS_GPU", "rail", "VDD_IN"), new("VDD_SYS_SOC", "rail", "VDD_IN"), new("VDD_SYS_CPU", "rail", "VDD_IN"),
                new("VDD_SYS_DDR", "rail", "VDD_IN"), new("VDD_4V0_WIFI", "rail", "VDD_IN"),
            ],
            $"{Energymon}: VDD_IN supplies the module; the carrier's rails are not placed here, since what VDD_MUX feeds is not said rail by rail"),
        new(["TX1"], [new("VDD_IN", "board"), new("VDD_GPU", "rail", "VDD_IN"), new("VDD_CPU", "rail", "VDD_IN")], Energymon),
        new(["Nano"], [new("POM_5V_IN", "board"), new("POM_5V_GPU", "rail", "POM_5V_IN"), new("POM_5V_CPU", "rail", "POM_5V_IN")],
            $"{Energymon}; NVIDIA forum 73608: POM_5V_IN is the whole, the others are not added to it"),
    ];
}

/// <summary>The rails of this device: what the operator says, then what is known of its board. An unknown rail belongs to no boundary.</summary>
public sealed class RailTopology(string? board, ImmutableArray<Rail> own)
{
    private readonly RailsOfBoard? _board = JetsonRails.Of(board);

    /// <summary>What these labels are, in their order; a parent that is not among them is left out. Told: what is not known.</summary>
    public ImmutableArray<Rail> Of(IReadOnlyList<string> labels, Action<string> notice)
    {
        var known = own.AddRange(_board is { } found ? found.Rails : []);
        ImmutableArray<Rail> rails = [.. labels.Select(label => known.FirstOrDefault(r => r.Label == label) ?? new Rail(label, null))];
        if (rails.Where(r => r.Boundary is null).Select(r => r.Label).ToArray() is { Length: > 0 } unplaced)
            notice($"the rails {string.Join(", ", unplaced)} of {board ?? "this device"} are recorded and enter no energy: which rail contains which is not known (the operator can say it)");
        return [.. rails.Select(r => r.Parent is { } parent && !labels.Contains(parent) ? r with { Parent = null } : r)];
    }
}
