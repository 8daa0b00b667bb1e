using MELT.Actors.Devices;
using MELT.Actors.Experiments;
using MELT.Actors.Sessions;
using MELT.Devices;
using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Inference.Commands;
using MELT.Devices.Links;
using MELT.Devices.Time;
using MELT.Host.Commands;
using MELT.Host.Configuration;
using MELT.Sensors.Instruments;
using MELT.Sensors.Mqtt.Broker;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host;

/// <summary>From the configuration to what the rooms below are opened with.</summary>
internal static class LaboratorySetting
{
    public static LaboratoryOptions Of(Surroundings with, MeltConfiguration configuration) => new()
    {
        Journal = with.Journal,
        BrokerUrl = configuration.Broker.Url,
        BrokerClient = configuration.Broker.Client,
        Instruments = with.Instruments(),
        Sensors = new(with.SensorSources, SensorsReader.Load(with.SensorSources).OrThrow(), SensorsSetting.KeptIn(with.DataFolder, configuration.Sensors), [.. configuration.Sensors.Listen]),
        Broker = configuration.Broker.Url is null ? BrokerSetting.TryRead(configuration.Broker, out var problem) ?? throw new CommandException(problem, ExitCode.Usage) : new(),
        Bench = clock => new BenchOptions
        {
            EstimatedWattsPerProcessor = configuration.Instruments.WattsPerBusyProcessor,
            Periods = configuration.Instruments.Periods,
            Programs = new HostPrograms(clock, configuration.Instruments.Periods),
            Boundaries = configuration.Instruments.Boundaries,
            Analyzers = [.. configuration.Instruments.PtDaemons.Values],
            Devices = with.Devices().ById,
            FilesFolder = Path.Combine(with.DataFolder, "files"),
            PassOn = with.Json ? Console.Error : Console.Out,
            StartEngine = (engine, _) => StartEngineAsync(engine, clock, with),
            Profile = name => SimulatedProfiles.Find(name, configuration),
        },
    };

    /// <summary>Nobody publishes to it from outside: only what is imported is stored.</summary>
    public static LaboratoryOptions Closed(Surroundings with, MeltConfiguration configuration) =>
        Of(with, configuration with { Broker = new() }) with { Sensors = null, Broker = new MqttBrokerOptions { Anonymous = BrokerAnonymous.Nobody } };

    public static ExperimentSetting Experiment(MeltConfiguration configuration, ExperimentId id, HostClock clock, Func<string, string> modelPath) => new()
    {
        Experiment = id,
        MeltVersion = Surroundings.Version,
        ClockDomain = clock.Domain,
        At = clock.Now,
        Baseline = configuration.Session.Baseline,
        CoolDown = configuration.Session.CoolDown,
        Silence = configuration.Session.SilenceLimit,
        Threads = configuration.Session.Threads,
        HostFacts = HostFacts.Gather(),
        ModelPath = modelPath,
        BoundaryOf = profile => SimulatedProfiles.Find(profile, configuration).Boundary,
    };

    private static async Task<IEngine> StartEngineAsync(EngineSpec engine, HostClock clock, Surroundings with) => engine.Name switch
    {
        EngineSpec.LlamaCpp or EngineSpec.Exercise => await AgentEngine.StartAsync(new LocalLink(clock), new LinkCommand(Environment.ProcessPath!, [.. Myself, "agent", engine.Name]), clock),
        // What the command prints is the person's; with --json, standard output is ours alone.
        EngineSpec.CommandLine => new CommandEngine(new LocalLink(clock), new LinkCommand(engine.Command[0], engine.Command[1..]), clock, with.Json ? Console.Error : Console.Out),
        _ => throw new RigException("unknown-engine", $"\"{engine.Name}\" is not an engine of this host; llama.cpp and command are."),
    };

    /// <summary>When MELT is run by the dotnet program, that is the process and MELT its first argument.</summary>
    internal static string[] Myself => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [typeof(LaboratorySetting).Assembly.Location] : [];
}
