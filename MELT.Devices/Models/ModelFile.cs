using System.Globalization;
using MELT.Devices.Inference;

namespace MELT.Devices.Models;

/// <summary>What a GGUF file says of the model in it, read without llama.cpp.</summary>
public sealed record ModelFile(string Path, string Name, string? Architecture, string? Quantization, long Parameters, long Bytes, int? ContextTokens, bool Synthetic)
{
    /// <summary>The metadata key by which MELT marks models with random weights.</summary>
    public const string SyntheticKey = "melt.synthetic";

    public ModelInfo ToModelInfo() => new()
    {
        Name = Name,
        Path = Path,
        Architecture = Architecture,
        Quantization = Quantization,
        Parameters = Parameters,
        Bytes = Bytes,
        Synthetic = Synthetic,
    };

    /// <summary>Reads the file's head; when it cannot, the reason names the path and what is wrong there.</summary>
    public static ModelFile? TryRead(string path, out string? reason)
    {
        reason = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 65_536);
            return TryRead(file, path, out reason);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = $"{path} does not exist.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = Directory.Exists(path) ? $"{path} is a folder, not a model file." : $"{path} cannot be read: {e.Message}";
        }
        return null;
    }

    /// <summary>Reads the head from a seekable stream.</summary>
    public static ModelFile? TryRead(Stream file, string path, out string? reason)
    {
        reason = null;
        try
        {
            var header = GgufReader.Read(file);
            reason = CutShort(header, file.Length) is { } cut ? $"{path} is not a whole GGUF file: {cut}." : null;
            if (reason is not null) { return null; }
            var architecture = header.Text("general.architecture");
            return new(
                path,
                header.Text("general.name") is { Length: > 0 } name ? name : System.IO.Path.GetFileNameWithoutExtension(path),
                architecture,
                header.Number("general.file_type") is { } type ? Models.Quantization.NameOf(type) : null,
                Weights(header.Tensors),
                file.Length,
                header.Number($"{architecture}.context_length") is { } tokens and <= int.MaxValue and >= 0 ? (int)tokens : null,
                header.Flag(SyntheticKey));
        }
        catch (InvalidDataException e)
        {
            reason = $"{path} is not a GGUF file that MELT can read: {e.Message}.";
        }
        catch (EndOfStreamException)
        {
            reason = $"{path} is not a whole GGUF file: it ends within its metadata.";
        }
        return null;
    }

    private static long Weights(IEnumerable<GgufTensor> tensors) =>
        tensors.Aggregate(0L, (sum, tensor) => tensor.Weights > long.MaxValue - sum ? long.MaxValue : sum + tensor.Weights);

    private static string? CutShort(GgufHeader header, long length)
    {
        foreach (var tensor in header.Tensors)
        {
            if (GgufTensorType.Bytes(tensor.Type, tensor.Weights) is { } bytes && tensor.Offset + (ulong)header.DataBegins + (ulong)bytes > (ulong)length)
            {
                return string.Create(CultureInfo.InvariantCulture, $"tensor {tensor.Name} ends beyond its {length} bytes");
            }
        }
        return null;
    }
}
