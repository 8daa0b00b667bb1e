using System.Runtime.InteropServices;

namespace MELT.Host.Serve;

/// <summary>SIGINT and SIGTERM: the first asks to stop, and whoever sends a second does not want to wait.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int ShellSignal = 128, Interrupt = 2, Terminate = 15;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _heard;

    public StopSignals() => _signals = [Hear(PosixSignal.SIGINT, Interrupt), Hear(PosixSignal.SIGTERM, Terminate)];

    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stop.Dispose();
    }

    private PosixSignalRegistration Hear(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, heard =>
    {
        heard.Cancel = true;
        if (Interlocked.Increment(ref _heard) > 1) Environment.Exit(ShellSignal + number);
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException) { }              // it came while this ended by itself
    });
}
