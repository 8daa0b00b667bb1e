using System.Collections.Immutable;
using MELT.Devices.Preparation;
using MELT.Sensors.Alignment;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Actors.Devices.Configured;

/// <summary>What is recorded of a device with every session: how it was reached, what it says of itself, what fed it, how it was prepared.</summary>
internal static class DeviceFactsText
{
    public static ImmutableSortedDictionary<string, string> Of(ConfiguredDevice device, LinkedDevice linked, DeviceFacts told, IReadOnlyList<StepOutcome> outcomes)
    {
        var facts = Of(device).ToBuilder();
        facts["link"] = linked.Link.Name;
        Add("manufacturer", told.Manufacturer);
        Add("model", told.Model);
        Add("android", told.Release);
        Add("board", told.Board);
        if (device.Wishes.IsEmpty) return facts.ToImmutable();
        facts["preparation"] = PreparationReport.Of(outcomes).Grade.ToString().ToLowerInvariant();
        foreach (var outcome in outcomes) facts[$"prepare.{outcome.Name}"] = Text(outcome);
        return facts.ToImmutable();

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 }) facts[name] = value;
        }
    }

    /// <summary>What is known without looking.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ConfiguredDevice device)
    {
        var facts = ImmutableSortedDictionary<string, string>.Empty.Add("link", device.Reach.ToString());
        if (device.StandIn is { } played) facts = facts.Add(SessionHeader.StandInFact, played);
        return device.Supply is { } supply ? facts.Add("supply", supply.ToString()) : facts;
    }

    private static string Text(StepOutcome outcome) => outcome.Grade switch
    {
        StepGrade.Verified => $"{outcome.Wanted} (was {outcome.Old})",
        StepGrade.Already => $"{outcome.Wanted} (as it was)",
        StepGrade.Unverified => $"{outcome.Wanted} (not verified: {outcome.Reason})",
        StepGrade.NotPossible => $"not possible: {outcome.Reason}",
        _ => $"failed: {outcome.Reason}",
    };
}
