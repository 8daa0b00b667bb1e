using MELT.Host.Commands;

namespace MELT.Host;

/// <summary>Refuses to begin a run that may fill the disk.</summary>
internal static class DiskReserve
{
    public static void Check(string folder, long reserve)
    {
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < reserve)
            throw new CommandException($"only {free >> 20} MiB are free at {folder}, and {reserve >> 20} MiB are kept as reserve. Free some space, choose another folder with --data DIR, or lower melt.disk-reserve.");
    }
}
