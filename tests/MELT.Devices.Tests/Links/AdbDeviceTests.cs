using MELT.Devices.Links.Adb;

namespace MELT.Devices.Tests.Links;

public sealed class AdbDeviceTests
{
    [Theory]
    [InlineData("R58M12ABCDE            device usb:1-4 product:beyond1 model:SM_G973F device:beyond1 transport_id:7", "R58M12ABCDE", "device", "SM_G973F", "beyond1", "7")]
    [InlineData("192.168.1.66:5555      device product:oriole model:Pixel_6 device:oriole transport_id:12", "192.168.1.66:5555", "device", "Pixel_6", "oriole", "12")]
    [InlineData("0123456789ABCDEF       unauthorized usb:3-1 transport_id:2", "0123456789ABCDEF", "unauthorized", null, null, "2")]
    [InlineData("ABC                    no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html] usb:1-1 transport_id:3", "ABC", "no permissions", null, null, "3")]
    [InlineData("emulator-5554\toffline", "emulator-5554", "offline", null, null, null)]
    public void A_line_of_the_list_is_read(string line, string serial, string state, string? model, string? product, string? transport) =>
        AdbDevice.Parse(line).ShouldBe(new(serial, state, model, product, transport));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("lonely")]
    public void What_is_none_is_none(string line) => AdbDevice.Parse(line).ShouldBeNull();
}
