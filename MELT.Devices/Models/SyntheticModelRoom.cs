using System.Globalization;

namespace MELT.Devices.Models;

/// <summary>Whether there is room on the disk to make a synthetic model, and memory to make and run it.</summary>
internal static class SyntheticModelRoom
{
    private const long DiskReserve = 256_000_000, MemoryReserve = 256_000_000;

    public static void Check(SyntheticModel model, string folder)
    {
        var direct = model.Quantization.Name is "F16" or "F32";
        var disk = model.EstimatedBytes + (direct ? 0 : model.Architecture.Parameters * 2) + DiskReserve;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < disk)
        {
            throw new ModelException($"{model.Spec} needs {Gigabytes(disk)} on the disk of {folder} while it is made, and {Gigabytes(free)} are free. Free some space, or choose another data folder or a smaller model.");
        }
        // Running it needs its weights in memory; quantising needs its largest tensor as f32 and quantised.
        var memory = Math.Max(model.EstimatedBytes, model.Architecture.LargestTensor * 8) + MemoryReserve;
        var available = Memory.AvailableBytes();
        if (available < memory)
        {
            throw new ModelException($"{model.Spec} needs {Gigabytes(memory)} of memory, and {Gigabytes(available)} are available. Choose a smaller architecture or quantisation.");
        }
    }

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
}
