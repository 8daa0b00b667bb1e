namespace MELT.Devices.Models;

/// <summary>A way of storing weights: its name, its number in a GGUF file and in llama.cpp's quantiser, and about how many bits a weight takes.</summary>
public sealed record Quantization(string Name, int FileType, double BitsPerWeight)
{
    /// <summary>Those that need no importance matrix, so that random weights can be stored so.</summary>
    public static IReadOnlyList<Quantization> All { get; } =
    [
        new("F32", 0, 32), new("F16", 1, 16), new("BF16", 32, 16), new("Q8_0", 7, 8.5),
        new("Q4_0", 2, 4.55), new("Q4_1", 3, 5.05), new("Q5_0", 8, 5.55), new("Q5_1", 9, 6.05),
        new("Q2_K", 10, 3.4), new("Q3_K_S", 11, 3.6), new("Q3_K_M", 12, 4.1), new("Q3_K_L", 13, 4.4),
        new("Q4_K_S", 14, 4.7), new("Q4_K_M", 15, 4.95), new("Q5_K_S", 16, 5.6), new("Q5_K_M", 17, 5.8), new("Q6_K", 18, 6.65),
        new("IQ4_NL", 25, 4.6), new("IQ4_XS", 30, 4.4),
    ];

    private static readonly Dictionary<int, string> Others = (((int FileType, string Name)[])
    [
        (19, "IQ2_XXS"), (20, "IQ2_XS"), (21, "Q2_K_S"), (22, "IQ3_XS"), (23, "IQ3_XXS"), (24, "IQ1_S"), (26, "IQ3_S"), (27, "IQ3_M"),
        (28, "IQ2_S"), (29, "IQ2_M"), (31, "IQ1_M"), (36, "TQ1_0"), (37, "TQ2_0"), (38, "MXFP4"), (39, "NVFP4"), (40, "Q1_0"), (41, "Q2_0"),
    ]).ToDictionary();

    public static Quantization F16 { get; } = Named("F16")!;

    /// <summary>The quantisation of that name in any case, or null.</summary>
    public static Quantization? Named(string name) => All.FirstOrDefault(q => q.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a GGUF file's <c>general.file_type</c> means, or null.</summary>
    public static string? NameOf(long fileType) =>
        All.FirstOrDefault(q => q.FileType == fileType)?.Name ?? (fileType is >= 0 and < 1024 ? Others.GetValueOrDefault((int)fileType) : null);
}
