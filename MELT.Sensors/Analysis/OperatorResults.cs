using System.Collections.Immutable;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Analysis;

/// <summary>What the operators of one request and phase took, added up three ways. A share is one of the wall time of all of them.</summary>
/// <param name="Request">Null: nobody told whose they were.</param>
/// <param name="Graphs">Evaluations that were timed.</param>
/// <param name="GraphsWallSeconds">What these took, with what passed between their operators where the engine tells it.</param>
public sealed record OperatorResults(int? Request, string Phase, int Graphs, double GraphsWallSeconds)
{
    public ImmutableArray<OperatorTotal> ByOperator { get; init; } = [];
    public ImmutableArray<ModuleTotal> ByModule { get; init; } = [];
    public ImmutableArray<DeviceTotal> ByDevice { get; init; } = [];

    /// <summary>Null where the engine told of no operators.</summary>
    public static ImmutableArray<OperatorResults>? Of(RecordedSession session) => OperatorShares.Of(session) is { IsEmpty: false } profiles ? [.. profiles.Select(Of)] : null;

    private static OperatorResults Of(OperatorShares told) => new(told.Request, told.Phase, told.Graphs.Length, told.Graphs.Sum(g => g.WallNanoseconds) / 1e9)
    {
        ByOperator = [.. told.ByOperator.Select(o => new OperatorTotal(o.Added.Operator, o.Added.Device, o.Added.Calls, o.WallSeconds, o.CpuSeconds, o.Share))],
        ByModule = [.. told.ByModule.Select(o => new ModuleTotal(o.Added.Module, o.Added.Calls, o.WallSeconds, o.CpuSeconds, o.Share))],
        ByDevice = [.. told.ByDevice.Select(o => new DeviceTotal(o.Added.Device, o.Added.Calls, o.WallSeconds, o.CpuSeconds, o.Share))],
    };
}

/// <summary>Times of operators added up: time that passed, and processor time of all threads together where it was told of all of them.</summary>
public abstract record OperatorTime(long Calls, double WallSeconds, double? CpuSeconds, double Share);

public sealed record OperatorTotal(string Operator, string? Device, long Calls, double WallSeconds, double? CpuSeconds, double Share) : OperatorTime(Calls, WallSeconds, CpuSeconds, Share);

/// <summary>Module: layer or compiled function; null where nobody told.</summary>
public sealed record ModuleTotal(string? Module, long Calls, double WallSeconds, double? CpuSeconds, double Share) : OperatorTime(Calls, WallSeconds, CpuSeconds, Share);

public sealed record DeviceTotal(string? Device, long Calls, double WallSeconds, double? CpuSeconds, double Share) : OperatorTime(Calls, WallSeconds, CpuSeconds, Share);
