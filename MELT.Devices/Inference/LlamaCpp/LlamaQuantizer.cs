using System.Globalization;
using System.Text.RegularExpressions;
using MELT.Devices.Inference.LlamaCpp.Native;
using MELT.Devices.Models;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>llama.cpp's own quantiser.</summary>
internal static partial class LlamaQuantizer
{
    /// <summary>Null when the target was written, otherwise why not. Progress comes from the library's log, "[ 12/ 57] blk.0…".</summary>
    public static string? TryQuantize(string source, string target, Quantization quantization, int threads, Action<double> fraction)
    {
        if (LlamaLibrary.TryLoad(out var reason) is null) { return reason; }
        var parameters = LlamaNative.QuantizeDefaults();
        parameters.FileType = quantization.FileType;
        parameters.Threads = threads;
        NativeLog.Forget();
        NativeLog.Written += Follow;
        try
        {
            return LlamaNative.Quantize(source, target, in parameters) == 0 ? null : NativeLog.LastErrors();
        }
        finally
        {
            NativeLog.Written -= Follow;
        }

        void Follow(NativeLogLevel level, string text)
        {
            if (TensorOf().Match(text) is { Success: true } match)
            {
                fraction(double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
            }
        }
    }

    [GeneratedRegex(@"^\[\s*(\d+)/\s*(\d+)\]")]
    private static partial Regex TensorOf();
}
