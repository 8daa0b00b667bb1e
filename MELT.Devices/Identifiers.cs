namespace MELT.Devices;

/// <summary>Names a system under test: a phone, a Jetson, a host, an endpoint.</summary>
public readonly record struct DeviceId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Names what one <c>melt run</c> makes: a plan expanded into cells and repetitions.</summary>
public readonly record struct ExperimentId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Names one repetition on one device. A retry is a new session.</summary>
public readonly record struct SessionId(string Value)
{
    public override string ToString() => Value;
}
