using System.Globalization;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Host.Commands;

namespace MELT.Host.Bridges;

/// <summary>Where a bridge reads its lines: standard input, a file, a FIFO, or a serial line.</summary>
internal sealed class LineInput
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly bool _grows, _stays;

    private LineInput(string path, bool grows, bool stays) => (_path, _grows, _stays) = (path, grows, stays);

    /// <summary>Sets a serial line; throws <see cref="CommandException"/> when that, or the path, is not possible.</summary>
    /// <param name="path">A dash is standard input.</param>
    /// <param name="baud">The path is a serial line of this speed; null: it is none.</param>
    /// <param name="follow">The end of the file is not the end of the input: what is appended is read too, and a FIFO may have one writer after another.</param>
    public static async Task<LineInput> PrepareAsync(string path, int? baud, bool follow, HostClock clock, CancellationToken stop)
    {
        if (path == "-")
        {
            if (baud is not null || follow) throw new CommandException("--baud and --follow ask for --from PATH: standard input has neither a speed nor more behind its end", ExitCode.Usage);
            return new(path, false, false);
        }
        if (!File.Exists(path)) throw new CommandException($"--from: there is no {path}");
        await using var here = new LocalLink(clock);
        if (baud is { } speed)
        {
            // clocal: opening it does not wait for a carrier; -hupcl: closing it does not reset the board behind it.
            var set = await here.RunAsync(new LinkCommand("stty", ["-F", path, speed.ToString(CultureInfo.InvariantCulture), "raw", "-echo", "clocal", "-hupcl"]), stop);
            if (!set.Succeeded) throw new CommandException($"--baud: {path} cannot be set to {speed}: {set.Complaint}");
        }
        var regular = (await here.RunAsync(new LinkCommand("test", ["-f", path]), stop)).Succeeded;
        return new(path, follow && regular, follow && !regular);
    }

    /// <summary>Waits for the writer of a FIFO that is not followed.</summary>
    public Stream Open() => _path == "-" ? Console.OpenStandardInput()
        // A FIFO that is open for writing too never ends.
        : new FileStream(_path, FileMode.Open, _stays ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>Waits a little where more may be appended.</summary>
    public async ValueTask<bool> MoreAsync(TimeProvider time, CancellationToken stop)
    {
        if (_grows) await Task.Delay(Look, time, stop);
        return _grows;
    }
}
