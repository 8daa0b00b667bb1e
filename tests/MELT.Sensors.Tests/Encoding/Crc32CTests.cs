using MELT.Sensors.Encoding;

namespace MELT.Sensors.Tests.Encoding;

public sealed class Crc32CTests
{
    [Fact]
    public void It_is_the_checksum_of_RFC_3720()
    {
        Crc32C.Of("123456789"u8).ShouldBe(0xE3069283u);
        Crc32C.Of(new byte[32]).ShouldBe(0x8A9136AAu);
        Crc32C.Of([]).ShouldBe(0u);
    }
}
