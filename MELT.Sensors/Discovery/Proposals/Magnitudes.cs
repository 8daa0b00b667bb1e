namespace MELT.Sensors.Discovery.Proposals;

/// <summary>Which unit of a quantity makes numbers of this size something that a laboratory has. Weak evidence: it stands where there is no better.</summary>
internal static class Magnitudes
{
    /// <summary>A socket of 16 A.</summary>
    public const double MostPower = 3700;
    /// <summary>A small board asleep; nothing that runs a model takes less.</summary>
    public const double LeastPower = 0.02;
    public const double MostCurrent = 32;
    public const double MostVoltage = 450;
    public const double LeastVoltage = 0.5;

    /// <summary>The voltages of wall sockets, everywhere, with what they may deviate.</summary>
    public static bool IsMains(double least, double most) => (least >= 90 && most <= 140) || (least >= 190 && most <= 264);

    public static void Judge(FieldFacts fact)
    {
        if (fact.Unit is not null || fact.Quantity is null) return;
        var (largest, range) = (fact.Largest, fact.Range);
        var (unit, sure, why) = fact.Quantity switch
        {
            "power" when largest <= MostPower => ("W", Sureness.Guess, "watts, unless it is a small device that tells milliwatts"),
            "power" when largest <= MostPower * 1000 => ("mW", Sureness.Likely, "more watts than a socket gives, so milliwatts"),
            "power" => ("µW", Sureness.Likely, "microwatts by its size"),
            "voltage" when IsMains(fact.Numbers.Least, fact.Numbers.Most) => ("V", Sureness.Likely, "mains voltage in volts"),
            "voltage" when largest <= MostVoltage => ("V", Sureness.Likely, "volts by its size"),
            "voltage" when largest <= MostVoltage * 1000 && fact.Numbers.Least >= 600 => ("mV", Sureness.Likely, "more volts than a device has, so millivolts"),
            "voltage" when largest >= 5e5 => ("µV", Sureness.Likely, "microvolts by its size"),
            "current" when largest <= 5 && fact.Numbers.Step is < 1 => ("A", Sureness.Guess, "amperes by its size"),
            "current" when largest is > MostCurrent and <= MostCurrent * 1000 => ("mA", Sureness.Likely, "more amperes than a socket gives, so milliamperes"),
            "current" when largest > MostCurrent * 1000 => ("µA", Sureness.Likely, "microamperes by its size"),
            "temperature" when fact.Numbers.Least >= -40 && largest <= 130 => ("°C", Sureness.Likely, "degrees Celsius by its size"),
            "temperature" when fact.Numbers.Least >= 5000 && largest <= 130_000 => ("m°C", Sureness.Likely, "thousandths of a degree by its size"),
            "frequency" when fact.Numbers.Least >= 45 && largest <= 65 => ("Hz", Sureness.Likely, "mains frequency in hertz"),
            _ => ((string?)null, Sureness.Guess, ""),
        };
        if (unit is null) fact.Tell($"{fact.Called} is named like {An(fact.Quantity)}, {range}: nothing tells its unit", Sureness.Likely);
        else fact.Measure(unit, sure, $"field named {fact.Called}, {range}: {fact.Quantity}, {why}");
    }

    public static string An(string quantity) => quantity[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? $"an {quantity}" : $"a {quantity}";
}
