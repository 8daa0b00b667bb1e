using MELT.Sensors.Instruments.Jetson;

namespace MELT.Sensors.Tests.Instruments.Jetson;

public sealed class JetsonGpuTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("sys/devices/gpu.0/load", "17000000.gp10b")]
    [InlineData("sys/devices/platform/17000000.ga10b/load", "17000000.ga10b")]
    [InlineData("sys/devices/platform/bus@0/17000000.gpu/load", "17000000.gpu")]
    public void Load_is_told_in_thousandths_and_frequency_by_devfreq(string load, string devfreq)
    {
        _host.Write(load, "987\n");
        _host.Write($"sys/class/devfreq/{devfreq}/cur_freq", "624750000\n");
        _host.Write("sys/class/devfreq/13e00000.host1x/cur_freq", "1\n");
        var gpu = JetsonGpu.Find(_host.Place).Usable.ShouldHaveSingleItem();
        gpu.ShouldBeSound();
        gpu.Read().Text().ShouldBe("utilization=0.987 frequency=624750000");
    }

    [Fact]
    public void A_load_beyond_a_thousand_is_none()
    {
        _host.Write("sys/devices/gpu.0/load", "4000\n");
        JetsonGpu.Find(_host.Place).Refused.ShouldHaveSingleItem().Reason.ShouldContain("no GPU tells it");
    }
}
