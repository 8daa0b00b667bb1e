using System.Net.Sockets;
using MELT.Devices.Links;

namespace MELT.Devices.Tests.Links;

public sealed class LocalLinkTests : LinkContract
{
    private readonly string _device = Directory.CreateTempSubdirectory("melt-device-").FullName;

    protected override string DeviceFolder => _device;
    protected override Task<ILink> StandingAsync() => OpenAsync(Soon);
    protected override Task<ILink> OpenAsync(CancellationToken stop) => Task.FromResult<ILink>(new LocalLink(Clock));
    protected override Socket ListenThere() => ListenHere();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_device, recursive: true);
    }
}
