using System.Globalization;
using System.Security.Cryptography;

namespace MELT.Devices.Links.Shells;

/// <summary>
/// Moves files through the standard streams of <c>cat</c>. A file appears under its name only when it is whole, and what arrived is
/// compared by SHA-256; a device without <c>sha256sum</c> can only tell the size, which is then compared, and a notice says so. What can be executed here can be there.
/// </summary>
public static class ShellFiles
{
    /// <summary>What follows a file's name while it is on its way.</summary>
    public const string Unfinished = ".melt-part";

    private const int Piece = 1 << 18;
    private const string Receive = """
        [ ! -d "$1" ] || { echo "it is a folder there" >&2; exit 1; }
        case $1 in ?*/*) mkdir -p -- "${1%/*}" || exit 1 ;; esac
        cat >"$2" || exit 1
        """;
    private const string Settle = """chmod "$3" "$2" && mv -f -- "$2" "$1" """;
    private const string Send = """
        [ -e "$1" ] || { echo "there is no such file on the device" >&2; exit 1; }
        [ ! -d "$1" ] || { echo "it is a folder" >&2; exit 1; }
        cat <"$1" || exit 1
        """;

    /// <summary>The last line of the standard error.</summary>
    private const string Check = """{ if command -v sha256sum >/dev/null; then sha256sum; else wc -c; fi; } <"$2" >&2""";

    public static async Task PushAsync(ILink link, string here, string there, IProgress<long>? progress, IProgress<string>? notices, CancellationToken stop)
    {
        var part = there + Unfinished;
        var settled = false;
        try
        {
            await using var source = File.OpenRead(here);
            await using (var program = await link.StartAsync(Script($"{Receive}\n{Check}", there, part), stop))
            {
                var error = program.Error.ReadTextAsync(stop);
                var (sent, length) = await SendAsync(source, program, progress, stop);
                await CompareAsync(link, program, here, error, sent, length, notices, stop);
            }
            var mode = LocalLink.Find(Path.GetFullPath(here)) is not null ? "755" : "644";
            var moved = await link.RunAsync(Script(Settle, there, part, mode), stop);
            settled = moved.Succeeded ? true : throw new LinkException(moved.Complaint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinkException)
        {
            throw new LinkException($"{link.Name}: '{here}' cannot be pushed to '{there}': {e.Message}", e);
        }
        finally
        {
            if (!settled) { await ForgetAsync(link, part); }
        }
    }

    public static async Task PullAsync(ILink link, string there, string here, IProgress<long>? progress, IProgress<string>? notices, CancellationToken stop)
    {
        var part = here + Unfinished;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(here)) is { } folder) { Directory.CreateDirectory(folder); }
            await using (var program = await link.StartAsync(Script($"{Send}\n{Check}", there, there), stop))
            {
                program.Input.Close();
                var error = program.Error.ReadTextAsync(stop);
                await using var target = File.Create(part);
                var (received, length) = await CopyAsync(program.Output, target, progress, stop);
                await CompareAsync(link, program, there, error, received, length, notices, stop);
            }
            File.Move(part, here, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinkException)
        {
            throw new LinkException($"{link.Name}: '{there}' cannot be pulled to '{here}': {e.Message}", e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static LinkCommand Script(string script, params string[] arguments) => new("sh", ["-c", script, "sh", .. arguments]);

    private static async Task<(byte[] Hash, long Length)> SendAsync(Stream source, ILinkProcess program, IProgress<long>? progress, CancellationToken stop)
    {
        try
        {
            var sent = await CopyAsync(source, program.Input, progress, stop);
            program.Input.Close();
            return sent;
        }
        catch (IOException) when (!stop.IsCancellationRequested)
        {
            return ([], 0);        // the program does not read any more; its end says why
        }
    }

    private static async Task<(byte[] Hash, long Length)> CopyAsync(Stream from, Stream to, IProgress<long>? progress, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Piece];
        var length = 0L;
        for (; await from.ReadAsync(buffer, stop) is > 0 and var read; progress?.Report(length))
        {
            length += read;
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), stop);
        }
        return (hash.GetHashAndReset(), length);
    }

    private static async Task CompareAsync(ILink link, ILinkProcess program, string file, Task<string> error, byte[] hash, long length, IProgress<string>? notices, CancellationToken stop)
    {
        var exit = await program.Exit.WaitAsync(stop);
        var said = (await error).Trim();
        if (exit.Code != 0) { throw new LinkException(exit.Remark ?? (said.Length > 0 ? said : $"exit code {exit.Code}")); }
        var there = said.Split('\n')[^1].Trim().Split(' ')[0];
        if (there.Length == 2 * SHA256.HashSizeInBytes)
        {
            if (!there.Equals(Convert.ToHexString(hash), StringComparison.OrdinalIgnoreCase)) { throw new LinkException("the two files do not have the same SHA-256."); }
            return;
        }
        if (there != length.ToString(CultureInfo.InvariantCulture)) { throw new LinkException($"{length} bytes were moved, but the device has {there}."); }
        notices?.Report($"{link.Name} has no sha256sum: of '{file}' only the size was compared.");
    }

    private static async Task ForgetAsync(ILink link, string part)
    {
        if (link.Lost.IsCompleted) { return; }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await link.RunAsync(Script("""rm -f -- "$1" """, part), patience.Token);
        }
        catch (Exception e) when (e is LinkException or OperationCanceledException)
        {
            // It stays under its unfinished name, which the next attempt overwrites.
        }
    }
}
