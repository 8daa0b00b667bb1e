namespace MELT.Host.Configuration;

/// <summary>What was seen of this machine; null where it could not be seen.</summary>
public sealed record DoctorFacts
{
    public required Version Dotnet { get; init; }
    public required int Cores { get; init; }
    /// <summary>Processes that ran or waited in the last minute, on average.</summary>
    public double? Load { get; init; }
    public long? MemoryBytes { get; init; }
    public long? AvailableBytes { get; init; }
    public long? SwapBytes { get; init; }
    public long? SwapUsedBytes { get; init; }
    public required string DataFolder { get; init; }
    /// <summary>Why nothing can be written to the data folder; null when it can.</summary>
    public string? DataFolderRefusal { get; init; }
    public long? DiskFreeBytes { get; init; }
    public long DiskReserveBytes { get; init; }
    /// <summary>How long each of a row of small writes took to reach the disk.</summary>
    public IReadOnlyList<TimeSpan> Fsyncs { get; init; } = [];
    public required DoctorProbe NativeLibrary { get; init; }
    public required DoctorProbe Broker { get; init; }
    /// <summary>Who may use the embedded broker; null where it is not used.</summary>
    public DoctorCheck? BrokerAccess { get; init; }
    public string? ClockSource { get; init; }
    public IReadOnlyList<string> Governors { get; init; } = [];
    public bool? Turbo { get; init; }
    /// <summary>RAPL, thermal zones, battery: by name.</summary>
    public IReadOnlyList<KeyValuePair<string, DoctorProbe>> Meters { get; init; } = [];
}
