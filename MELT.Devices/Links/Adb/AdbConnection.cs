using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MELT.Devices.Links.Adb;

/// <summary>A connection to the adb server: requests and texts are preceded by their length in four hexadecimal digits.</summary>
internal sealed class AdbConnection(Socket socket) : IAsyncDisposable
{
    private const int LongestRequest = 0xFFFF;

    public Stream Stream { get; } = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Throws <see cref="LinkException"/> with the server's words when it refuses.</summary>
    public async Task RequestAsync(string service, CancellationToken stop)
    {
        var bytes = Encoding.UTF8.GetBytes(service);
        if (bytes.Length > LongestRequest) { throw new LinkException($"A command of {bytes.Length} bytes is too long for adb, which takes {LongestRequest}."); }
        try
        {
            await Stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(bytes.Length.ToString("X4", CultureInfo.InvariantCulture)), .. bytes], stop);
            await ReadStatusAsync(stop);
        }
        catch (IOException e)
        {
            throw new LinkException($"The adb server broke the connection off: {e.Message}", e);
        }
    }

    public async Task ReadStatusAsync(CancellationToken stop)
    {
        var status = await ReadAsync(4, stop) ?? throw new LinkException("The adb server broke the connection off.");
        if (status == "OKAY") { return; }
        throw new LinkException(status == "FAIL" ? await ReadTextAsync(stop) ?? "no reason was given" : $"What listens on adb's port is no adb server: it said '{status}'.");
    }

    /// <summary>Null at the end of the connection.</summary>
    public async Task<string?> ReadTextAsync(CancellationToken stop)
    {
        if (await ReadAsync(4, stop) is not { } length) { return null; }
        return int.TryParse(length, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bytes) ? await ReadAsync(bytes, stop) : null;
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private async Task<string?> ReadAsync(int length, CancellationToken stop)
    {
        var bytes = new byte[length];
        return await Stream.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, stop) == length ? Encoding.UTF8.GetString(bytes) : null;
    }
}
