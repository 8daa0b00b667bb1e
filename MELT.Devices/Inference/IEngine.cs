using System.Threading.Channels;

namespace MELT.Devices.Inference;

/// <summary>
/// A running engine at the end of a link. Its events end with <see cref="EngineEvent.Exited"/>, whatever happens to it; then the channel completes.
/// Disposing ends the engine (asks, then kills) and never throws.
/// </summary>
public interface IEngine : IAsyncDisposable
{
    ChannelReader<EngineEvent> Events { get; }
    int? ProcessId { get; }
    ValueTask SendAsync(EngineCommand command, CancellationToken stop);
}
