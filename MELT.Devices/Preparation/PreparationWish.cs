using System.Globalization;

namespace MELT.Devices.Preparation;

/// <summary>
/// One thing an operator wants of a device before a run. The name is its key in the configuration; the value is text that
/// <see cref="PreparationWishes.TryRead(string, string, out PreparationWish, out string)"/> reads back into the same wish.
/// </summary>
public abstract record PreparationWish(string Name)
{
    public abstract string Value { get; }

    public sealed override string ToString() => $"{Name} = {Value}";

    private static string Text(bool on) => on ? "on" : "off";

    public sealed record StopApps(IReadOnlyList<string> Packages) : PreparationWish("stop-apps")
    {
        public override string Value => string.Join(", ", Packages);
    }

    public sealed record BackgroundApps() : PreparationWish("background-apps")
    {
        public override string Value => "stopped";
    }

    /// <param name="Mode"><c>on</c> (total silence), <c>priority</c>, <c>alarms</c> or <c>off</c>.</param>
    public sealed record DoNotDisturb(string Mode) : PreparationWish("do-not-disturb")
    {
        public override string Value => Mode;
    }

    public sealed record ScreenTimeout(TimeSpan After) : PreparationWish("screen-timeout")
    {
        public override string Value => string.Create(CultureInfo.InvariantCulture, $"{(long)After.TotalMilliseconds} ms");
    }

    /// <param name="Level">0 to 255, as Android counts; automatic brightness is switched off for it.</param>
    public sealed record Brightness(int Level) : PreparationWish("brightness")
    {
        public override string Value => Level.ToString(CultureInfo.InvariantCulture);
    }

    public sealed record Screen(bool On) : PreparationWish("screen")
    {
        public override string Value => Text(On);
    }

    /// <param name="Mode">The name or the number of an nvpmodel mode.</param>
    public sealed record PowerMode(string Mode) : PreparationWish("power-mode")
    {
        public override string Value => Mode;
    }

    public sealed record JetsonClocks() : PreparationWish("jetson-clocks")
    {
        public override string Value => Text(true);
    }

    public sealed record Governor(string Policy) : PreparationWish("governor")
    {
        public override string Value => Policy;
    }

    public sealed record Frequency(FrequencyRange Range) : PreparationWish("frequency")
    {
        public override string Value => Range.ToString();
    }

    public sealed record GpuFrequency(FrequencyRange Range) : PreparationWish("gpu-frequency")
    {
        public override string Value => Range.ToString();
    }

    /// <param name="Level">0 to 255, of the pulse width; 255 is full speed.</param>
    public sealed record Fan(int Level) : PreparationWish("fan")
    {
        public override string Value => Level.ToString(CultureInfo.InvariantCulture);
    }

    public sealed record Charging(bool On) : PreparationWish("charging")
    {
        public override string Value => Text(On);
    }

    public sealed record AirplaneMode(bool On) : PreparationWish("airplane-mode")
    {
        public override string Value => Text(On);
    }

    public sealed record Bluetooth(bool On) : PreparationWish("bluetooth")
    {
        public override string Value => Text(On);
    }

    public sealed record WiFi(bool On) : PreparationWish("wifi")
    {
        public override string Value => Text(On);
    }

    /// <summary>The power of a USB port of this host is cut by <c>uhubctl</c> (a hub) or <c>ykushcmd</c> (a YKUSH board).</summary>
    /// <param name="Program"><c>uhubctl</c> or <c>ykush</c>.</param>
    /// <param name="Place">The hub's location, or the board's serial number.</param>
    public sealed record UsbPower(string Program, string Place, int Port) : PreparationWish(Key)
    {
        internal const string Key = "usb-power";

        public override string Value => string.Create(CultureInfo.InvariantCulture, $"{Program} {Place} port {Port}");
    }
}
