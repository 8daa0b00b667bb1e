using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// What happens on the connection to a server, and when: its making, the first byte written of a request, the last bytes read of the
/// answer. It sits above TLS and below HTTP, so no parsing and no buffering comes between a stamp and what it stamps.
/// </summary>
internal sealed class Wire(HostClock clock)
{
    private readonly Lock _gate = new();
    private Stamp? _connecting, _written;
    private Stamp _read;
    private double? _connected;

    /// <summary>How long the making of the connection in use took.</summary>
    public double? ConnectMilliseconds { get; private set; }

    /// <summary>When the last bytes of the answer arrived here.</summary>
    public Stamp Read
    {
        get { lock (_gate) { return _read; } }
    }

    /// <summary>When the first byte of the request went out on an open connection, and what connecting took if that had to be done for it.</summary>
    public (Stamp? At, double? ConnectMilliseconds) Written
    {
        get { lock (_gate) { return (_written, _connected); } }
    }

    /// <summary>A request follows.</summary>
    public void Expect()
    {
        lock (_gate) { (_written, _connected, _connecting) = (null, null, null); }
    }

    public void Connecting()
    {
        lock (_gate) { _connecting = clock.Now; }
    }

    /// <summary>The connection stands; what was written on an earlier one was in vain.</summary>
    public Stream Connected(Stream plain)
    {
        lock (_gate)
        {
            ConnectMilliseconds = _connected = _connecting is { } begun ? (clock.Now - begun) / 1e6 : null;
            _written = null;
        }
        return new Stamped(plain, this);
    }

    private void Writing()
    {
        lock (_gate) { _written ??= clock.Now; }
    }

    private int Arrived(int bytes)
    {
        lock (_gate) { _read = clock.Now; }
        return bytes;
    }

    private sealed class Stamped(Stream plain, Wire wire) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => wire.Arrived(await plain.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(Span<byte> buffer) => wire.Arrived(plain.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            wire.Writing();
            return plain.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            wire.Writing();
            plain.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override Task FlushAsync(CancellationToken cancellationToken) => plain.FlushAsync(cancellationToken);

        public override void Flush() => plain.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await plain.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) { plain.Dispose(); }
            base.Dispose(disposing);
        }
    }
}
