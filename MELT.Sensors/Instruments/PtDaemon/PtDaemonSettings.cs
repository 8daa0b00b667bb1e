using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments.PtDaemon;

/// <summary>A power analyzer behind SPEC's PTDaemon, as the operator names it.</summary>
public sealed record PtDaemonSettings(MeterId Meter)
{
    public const int UsualPort = 8888;

    public string Host { get; init; } = "127.0.0.1";
    public int Port { get; init; } = UsualPort;
    /// <summary>Null: recorded, in no energy.</summary>
    public string? Boundary { get; init; }
    /// <summary>Between two samples, each of which is the mean over it.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>The analyzer by its name in the catalogue; null: only that PTDaemon stands before it.</summary>
    public string? Instrument { get; init; }
    /// <summary>Range of voltage to set, a number or Auto; null: as it is.</summary>
    public string? Volts { get; init; }
    /// <summary>Range of current to set, a number or Auto; null: as it is.</summary>
    public string? Amps { get; init; }

    public string Address => $"{Host}:{Port}";
}

/// <summary>There is no PTDaemon, or it said no; the message says where and what.</summary>
public sealed class PtDaemonException(string message, Exception? inner = null) : Exception(message, inner);
