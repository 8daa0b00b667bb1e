using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using MELT.Devices.Links.Shells;
using MELT.Devices.Time;

namespace MELT.Devices.Links.Adb;

/// <summary>adb's shell protocol, version 2: packets of a kind (one byte), a length (four) and that many bytes, over one connection.</summary>
internal sealed class AdbChannel : IShellChannel
{
    private const byte StandardInput = 0, StandardOutput = 1, StandardError = 2, Ended = 3, EndOfInput = 4;
    private const int Header = 5, LongestPacket = 65_536;

    private readonly AdbConnection _connection;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: LongestPacket, resumeWriterThreshold: LongestPacket / 2, useSynchronizationContext: false));
    private readonly OutputBuffer _output = new(), _error = new();

    public AdbChannel(AdbConnection connection, HostClock clock)
    {
        _connection = connection;
        Input = _input.Writer.AsStream();
        Exit = ReceiveAsync(clock);
        _ = SendAsync();
    }

    public Stream Input { get; }
    public Stream Output => _output.Reading;
    public Stream Error => _error.Reading;
    public Task<ProcessExit> Exit { get; }

    public void Hurry()
    {
        _output.Hurry();
        _error.Hurry();
    }

    public void Cut()
    {
        Hurry();
        _ = _connection.DisposeAsync().AsTask();
    }

    private async Task<ProcessExit> ReceiveAsync(HostClock clock)
    {
        int? code = null;
        var packet = new byte[LongestPacket];
        try
        {
            while (code is null)
            {
                await _connection.Stream.ReadExactlyAsync(packet.AsMemory(0, Header));
                var kind = packet[0];
                for (var left = BinaryPrimitives.ReadInt32LittleEndian(packet.AsSpan(1)); left > 0;)
                {
                    var piece = packet.AsMemory(0, Math.Min(left, packet.Length));
                    await _connection.Stream.ReadExactlyAsync(piece);
                    left -= piece.Length;
                    if (kind == StandardOutput) { await _output.WriteAsync(piece); }
                    else if (kind == StandardError) { await _error.WriteAsync(piece); }
                    else if (kind == Ended) { code = piece.Span[0]; }
                }
            }
        }
        catch (Exception e) when (Broke(e))
        {
            // Broken off before the program's end was told.
        }
        var exit = new ProcessExit(clock.Now, code);
        _output.Complete();
        _error.Complete();
        await _input.Reader.CompleteAsync();
        await _connection.DisposeAsync();
        return exit;
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var read = await _input.Reader.ReadAsync();
                foreach (var piece in read.Buffer) { await SendAsync(StandardInput, piece); }
                _input.Reader.AdvanceTo(read.Buffer.End);
                if (!read.IsCompleted) { continue; }
                await SendAsync(EndOfInput, default);
                return;
            }
        }
        catch (Exception e) when (Broke(e))
        {
            // The program has ended, or nothing can be told to it any more; its exit says which.
        }
    }

    private async Task SendAsync(byte kind, ReadOnlyMemory<byte> bytes)
    {
        var packet = new byte[Header + bytes.Length];
        packet[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(1), bytes.Length);
        bytes.CopyTo(packet.AsMemory(Header));
        await _connection.Stream.WriteAsync(packet);
    }

    private static bool Broke(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
