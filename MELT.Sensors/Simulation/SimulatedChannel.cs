using MELT.Devices.Simulation;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Simulation;

/// <summary>One channel of a simulated meter: true value in, what its converter says out. Gain and offset errors are drawn once.</summary>
public sealed class SimulatedChannel(ChannelProfile profile, SeededRandom random)
{
    private readonly double _step = profile.Grid.ToDouble(1);

    public ChannelProfile Profile { get; } = profile;
    /// <summary>The errors this channel really has; analysis knows only what is stated.</summary>
    public double GainError { get; } = random.Within(profile.Gain);
    public double OffsetError { get; } = random.Within(profile.Offset);

    /// <summary>The reading, as an integer on the channel's grid; a counter has gathered its offset for so many seconds.</summary>
    public long Read(double truth, double gathered)
    {
        var noise = Profile.Noise > 0 ? Profile.Noise * random.Normal() : 0;
        return (long)Math.Round((truth * (1 + GainError) + OffsetError * gathered + noise) / _step);
    }

    public ChannelDescription Describe(string? boundary, string source) => new()
    {
        Name = Profile.Name,
        Quantity = Profile.Quantity,
        Unit = Profile.Unit,
        Boundary = Profile.Boundary ?? boundary,
        Parent = Profile.Parent,
        Subject = Profile.Subject,
        Resolution = _step,
        Accuracy = new(Profile.Gain, Profile.Offset, source),
    };
}
