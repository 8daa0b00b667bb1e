using System.Buffers.Text;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>
/// The layer a node of a graph belongs to, by its name: <c>ffn_out-7</c> and <c>cache_k_l7 (view)</c> are of layer 7, <c>result_norm</c> is of the output.
/// Nodes without a name of their own (<c>node_12</c>, <c> (view)</c>) belong where the one before them does.
/// </summary>
public static class TensorPlaces
{
    public const int Input = -1, Output = -2;

    /// <summary>Layer ≥ 0, <see cref="Input"/> or <see cref="Output"/>.</summary>
    /// <param name="before">Of the node before.</param>
    public static int Of(ReadOnlySpan<byte> name, int before)
    {
        var bare = name.IndexOf((byte)' ') is >= 0 and var end ? name[..end] : name;
        var stem = bare.TrimEnd("0123456789"u8);
        var ofLayer = stem.EndsWith("-"u8) || (stem.StartsWith("cache_"u8) && stem.EndsWith("_l"u8));
        if (ofLayer && Utf8Parser.TryParse(bare[stem.Length..], out int layer, out _)) { return layer; }
        return stem.IsEmpty || stem.SequenceEqual("node_"u8) || before == Input ? before : Output;
    }

    public static string Name(int place) => place switch { Input => "input", Output => "output", _ => FormattableString.Invariant($"blk.{place}") };
}
