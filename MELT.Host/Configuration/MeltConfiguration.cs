using MELT.Sensors.Instruments.PtDaemon;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Configuration;

/// <summary>What the laboratory has decided, each value from the command line, the environment, the files or the defaults, in this order.</summary>
public sealed record MeltConfiguration
{
    /// <summary>Where recordings and reports are kept, as written: relative to the working folder.</summary>
    public string DataFolder { get; init; } = "melt-data";
    /// <summary>Where events are kept, as written, perhaps with a password; null: journal.db in the data folder.</summary>
    public string? Journal { get; init; }
    public long DiskReserveBytes { get; init; } = 200L << 20;
    public BrokerOptions Broker { get; init; } = new();
    public SensorOptions Sensors { get; init; } = new();
    public InstrumentOptions Instruments { get; init; } = new();
    public SessionOptions Session { get; init; } = new();
    public ServeOptions Serve { get; init; } = new();
    public ClusterOptions Cluster { get; init; } = new();
    /// <summary>Numbers that replace those of a simulated profile, by profile and setting.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, ProfileSetting>> Profiles { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, ProfileSetting>>();

    /// <summary>Reads everything; all mistakes of all sources are reported together.</summary>
    public static Reading<MeltConfiguration> Load(ConfigurationSources sources) => ConfigurationBinder.Load(sources);
}

/// <summary>The broker readings travel through: an outside one where <see cref="Url"/> is set, else the embedded one.</summary>
public sealed record BrokerOptions
{
    public string Address { get; init; } = "127.0.0.1";
    /// <summary>0: the system chooses a free port.</summary>
    public int Port { get; init; }
    public string? Url { get; init; }
    /// <summary>Who may use the embedded one.</summary>
    public BrokerAccessOptions Access { get; init; } = new();
    /// <summary>By which client an outside one is reached: <c>melt.mqtt.client</c>.</summary>
    public string Client { get; init; } = MqttClients.Melt;
}

/// <summary>What is listened to beside MELT's own topics, and how much of it is kept while no rule knows it.</summary>
public sealed record SensorOptions
{
    /// <summary>Topic filters; empty: only what rules name.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["#"];
    public long KeepBytesPerTopic { get; init; } = 1 << 20;
    public int KeepTopics { get; init; } = 256;
}

/// <summary>How the meters of this host are read.</summary>
public sealed record InstrumentOptions
{
    /// <summary>Time between readings by the meter's name; absent: the meter's own.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Periods { get; init; } = new Dictionary<string, TimeSpan>();
    /// <summary>Where power is taken that an instrument of this host tells, by meter or meter/channel.</summary>
    public IReadOnlyDictionary<string, string> Boundaries { get; init; } = new Dictionary<string, string>();
    /// <summary>Power analyzers behind PTDaemon, by the name of their meter.</summary>
    public IReadOnlyDictionary<string, PtDaemonSettings> PtDaemons { get; init; } = new Dictionary<string, PtDaemonSettings>();
    public decimal WattsPerBusyProcessor { get; init; } = 10;
}

/// <summary>How long the parts of a session take, where a plan does not say.</summary>
public sealed record SessionOptions
{
    public TimeSpan Baseline { get; init; } = TimeSpan.FromSeconds(3);
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromMinutes(5);
    public int? Threads { get; init; }
}

/// <summary>How <c>melt serve</c> is reached, as written; what that means together is decided where it is used.</summary>
public sealed record ServeOptions
{
    public string Bind { get; init; } = "127.0.0.1:7235";
    public Secret? Token { get; init; }
    /// <summary>File with the certificate and its chain, in PEM; null: plain HTTP.</summary>
    public string? Certificate { get; init; }
    /// <summary>File with the certificate's key, in PEM.</summary>
    public string? Key { get; init; }
    /// <summary>How long stopping waits for sessions to be sealed and readings to be stored.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What one node is in a cluster.</summary>
public sealed record ClusterOptions
{
    /// <summary>Host and port by which the other nodes reach this one.</summary>
    public string Node { get; init; } = "127.0.0.1:7236";
    /// <summary>Every node of the cluster, host:port; empty: no cluster.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];
    public IReadOnlyList<string> Roles { get; init; } = Actors.Runtimes.NodeRoles.All;
    /// <summary>Devices that are plugged in at this node.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>The network between the nodes carries their talk in the clear.</summary>
    public bool TrustedNetwork { get; init; }
}

/// <summary>A number for a simulated profile, and where it was written, so that whoever knows the profile can refuse it there.</summary>
public sealed record ProfileSetting(double Value, SourcePosition At);

/// <summary>Where settings come from.</summary>
public sealed record ConfigurationSources
{
    /// <summary>Settings of the command line by their full key, for example <c>melt.data</c>.</summary>
    public IReadOnlyDictionary<string, string> CommandLine { get; init; } = new Dictionary<string, string>();
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
    /// <summary>The folder <c>--config</c> names; else that of <c>MELT_CONFIG</c>, else <c>hocon</c> beside the program.</summary>
    public string? Folder { get; init; }
    /// <summary>Where files lie that MELT was asked to add to; null: nowhere.</summary>
    public string? AddedFolder { get; init; }
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;
}
