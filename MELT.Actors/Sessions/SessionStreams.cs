using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Meters;
using MELT.Actors.Runtimes;
using MELT.Devices;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;

namespace MELT.Actors.Sessions;

/// <summary>The streams that watch a session: of every meter of its device and those its plan names, and of the devices that keep their clocks.</summary>
internal sealed class SessionStreams(IActorRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Where they stand; throws <see cref="RigException"/> when the plan names something that is no meter.</summary>
    public async Task<ImmutableArray<StreamPosition>> BeginAsync(SessionHeader header, SessionPlan plan, CancellationToken stop)
    {
        if (plan.ExtraMeters.FirstOrDefault(text => !MeterId.TryParse(text, out _)) is { } wrong)
            throw new RigException("unknown-meter", $"\"{wrong}\" is not a meter: write device/meter");
        var streams = ImmutableArray.CreateBuilder<StreamPosition>();
        foreach (var device in Devices(header, plan)) streams.Add(new(Stream(device), (await InspectAsync(device, stop)).Position));
        foreach (var meter in await MetersAsync(header, plan, stop))
        {
            var standing = await InspectAsync(meter, stop);
            streams.Add(new(Stream(meter), standing.Position, standing.DescribedAt, standing.CorrectedAt));
        }
        return streams.ToImmutable();
    }

    /// <summary>What they say of themselves: all, and those whose clock nothing relates to the session's.</summary>
    public async Task<(ImmutableArray<MeterDescription> All, ImmutableArray<MeterDescription> WithoutClock)> ClocksAsync(SessionHeader header, SessionPlan plan, CancellationToken stop)
    {
        var (all, without) = (ImmutableArray.CreateBuilder<MeterDescription>(), ImmutableArray.CreateBuilder<MeterDescription>());
        foreach (var (meter, about) in await DescribedAsync(header, plan, stop))
        {
            if (about is null) continue;
            all.Add(about);
            var known = about.ClockDomain is { } domain && (domain == header.ClockDomain || about.Probes == true || (await InspectAsync(meter.Device, stop)).ClockDomains.Contains(domain));
            if (!known) without.Add(about);
        }
        return (all.ToImmutable(), without.ToImmutable());
    }

    /// <summary>What was added to them since then, and the descriptions in force then. Nothing where the session never began to watch.</summary>
    public async Task<ImmutableArray<StreamCoverage>> CoverageAsync(SessionWork.Settle work, CancellationToken stop)
    {
        if (work.Streams.IsEmpty) return [];
        var began = work.Streams.ToDictionary(s => s.PersistenceId);
        var coverage = ImmutableArray.CreateBuilder<StreamCoverage>();
        foreach (var device in Devices(work.Header, work.Plan)) Cover(Stream(device), (await InspectAsync(device, stop)).Position);
        foreach (var meter in await MetersAsync(work.Header, work.Plan, stop)) Cover(Stream(meter), (await InspectAsync(meter, stop)).Position);
        return coverage.ToImmutable();

        void Cover(string stream, long last)
        {
            var then = began.GetValueOrDefault(stream);
            var first = (then?.Position ?? 0) + 1;
            if (first <= last) coverage.Add(new(stream, [.. then?.DescribedAt is { } at ? [at] : Array.Empty<long>(), .. then?.CorrectedAt ?? []], first, last));
        }
    }

    /// <summary>What the meters say of themselves now.</summary>
    public async Task<IReadOnlyList<(MeterId Meter, MeterDescription? About)>> DescribedAsync(SessionHeader header, SessionPlan plan, CancellationToken stop)
    {
        var meters = new List<(MeterId, MeterDescription?)>();
        foreach (var meter in await MetersAsync(header, plan, stop)) meters.Add((meter, (await InspectAsync(meter, stop)).Description));
        return meters;
    }

    /// <summary>True once everything up to this number is stored; false when that takes longer than <paramref name="patience"/>.</summary>
    public async Task<bool> StoredAsync(MeterId meter, long last, TimeSpan patience, CancellationToken stop)
    {
        for (var begun = time.GetTimestamp(); time.GetElapsedTime(begun) < patience; await Task.Delay(Look, time, stop))
            if ((await InspectAsync(meter, stop)).Highest >= last)
                return true;
        return false;
    }

    private async Task<IEnumerable<MeterId>> MetersAsync(SessionHeader header, SessionPlan plan, CancellationToken stop) =>
        (await InspectAsync(header.Device, stop)).Meters.Concat(Extra(plan)).Distinct();

    private static IEnumerable<DeviceId> Devices(SessionHeader header, SessionPlan plan) => Extra(plan).Select(m => m.Device).Prepend(header.Device).Distinct();

    private static IEnumerable<MeterId> Extra(SessionPlan plan) =>
        plan.ExtraMeters.SelectMany(text => MeterId.TryParse(text, out var meter) ? new[] { meter } : []);

    private static string Stream(DeviceId device) => $"{Device.KindName}:{device}";
    private static string Stream(MeterId meter) => $"{Meter.KindName}:{meter}";

    private async Task<DeviceAnswer.Standing> InspectAsync(DeviceId device, CancellationToken stop) =>
        (DeviceAnswer.Standing)await runtime.AskUntilAnsweredAsync(Device.KindName, device.Value, new DeviceCommand.Inspect(), AskTimeout, time, stop);

    private async Task<MeterStanding> InspectAsync(MeterId meter, CancellationToken stop) =>
        (MeterStanding)await runtime.AskUntilAnsweredAsync(Meter.KindName, meter.ToString(), new MeterCommand.Inspect(), AskTimeout, time, stop);
}
