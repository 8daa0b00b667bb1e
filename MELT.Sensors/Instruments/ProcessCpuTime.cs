using MELT.Sensors.Meters;

namespace MELT.Sensors.Instruments;

/// <summary>Processor time the engine's process used, all threads, user and system: <c>/proc/PID/stat</c>.</summary>
public sealed class ProcessCpuTime(HostPlace host, int processId) : IInstrument
{
    private readonly ProcessFiles _process = new(host.Tree, processId);

    public MeterId Meter { get; } = host.Meter("engine-cpu");
    public TimeSpan Period { get; } = TimeSpan.FromMilliseconds(100);
    public Movement Movement => Movement.None;

    public MeterDescription About => new()
    {
        Instrument = "Linux /proc/PID/stat",
        Kind = SensorKind.Accumulated,
        PeriodSeconds = Period.TotalSeconds,
        ClockDomain = host.ClockDomain,
        Channels = [new() { Name = "cpu-time", Quantity = "cpu-time", Unit = "s", Subject = "process:engine", Resolution = 0.01 }],
    };

    public Reading Read() => _process.ReadStat() switch
    {
        ProcessStat.Alive alive => new Reading.Taken([new("cpu-time", alive.Ticks, Numbers.TicksExponent)]),
        ProcessStat.Ended ended => new Reading.Gone(ended.Reason),
        ProcessStat.Unreadable unreadable => new Reading.Failed(unreadable.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
