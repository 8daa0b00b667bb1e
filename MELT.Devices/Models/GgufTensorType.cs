namespace MELT.Devices.Models;

/// <summary>How many bytes the weights of a tensor take in a GGUF file, by ggml type: blocks of weights of a fixed number of bytes.</summary>
internal static class GgufTensorType
{
    public const uint F32 = 0, F16 = 1;

    private static readonly Dictionary<uint, (int Weights, int Bytes)> Blocks = (((uint Type, (int Weights, int Bytes) Block)[])
    [
        (0, (1, 4)), (1, (1, 2)), (2, (32, 18)), (3, (32, 20)), (6, (32, 22)), (7, (32, 24)), (8, (32, 34)), (9, (32, 36)),
        (10, (256, 84)), (11, (256, 110)), (12, (256, 144)), (13, (256, 176)), (14, (256, 210)),
        (16, (256, 66)), (17, (256, 74)), (18, (256, 98)), (19, (256, 50)), (20, (32, 18)), (21, (256, 110)), (22, (256, 82)), (23, (256, 136)),
        (24, (1, 1)), (25, (1, 2)), (26, (1, 4)), (27, (1, 8)), (28, (1, 8)), (29, (256, 56)), (30, (1, 2)),
    ]).ToDictionary();

    /// <summary>Null for a type not known here, which is no error: llama.cpp may know it.</summary>
    public static long? Bytes(uint type, long weights) =>
        Blocks.TryGetValue(type, out var block) ? weights / block.Weights * block.Bytes : null;
}
