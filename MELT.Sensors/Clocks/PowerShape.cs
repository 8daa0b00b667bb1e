using System.Collections.Immutable;
using MELT.Devices.Inference;
using MELT.Sensors.Alignment;

namespace MELT.Sensors.Clocks;

/// <summary>A stretch of the session clock during which power ought to be the same.</summary>
internal sealed record Level(string Name, long Begin, long End, double Height);

/// <summary>What a device's power ought to have looked like by the session clock: stretches of load, rest (0) between them.</summary>
internal sealed record PowerShape(ImmutableArray<Level> Levels)
{
    private static readonly string[] Rest = ["baseline", "ready", "cool-down", "sync", ExerciseSteps.Rest];

    public long Begin => Levels[0].Begin;
    public long End => Levels[^1].End;

    /// <summary>The coded load of the phase sync, as the agent saw its edges; null when there was none.</summary>
    public static PowerShape? OfCode(SessionTimeline timeline)
    {
        if (timeline.Events.OfType<EngineEvent.Exercised>().FirstOrDefault() is not { Edges: { Count: >= 2 } edges }) return null;
        return new([.. Enumerable.Range(0, edges.Count / 2).Select(i => new Level("exercise", edges[2 * i].Nanoseconds, edges[2 * i + 1].Nanoseconds, 1))]);
    }

    /// <summary>Loading, prefill and decode, or what a command did; the coded load too. Null when there was none of them.</summary>
    public static PowerShape? OfPhases(SessionTimeline timeline)
    {
        var busy = timeline.Phases.Where(p => !Rest.Contains(p.Name)).Select(p => new Level(p.Name, p.Begin, p.End, 1)).Concat(timeline.Phases.Any(p => p.Name == ExerciseSteps.Exercise) ? [] : OfCode(timeline)?.Levels ?? []).OrderBy(l => l.Begin).ToImmutableArray();
        return busy.IsEmpty ? null : new(busy);
    }

    /// <summary>Levels that follow each other without rest.</summary>
    public IEnumerable<PowerShape> Stretches()
    {
        var open = ImmutableArray.CreateBuilder<Level>();
        foreach (var level in Levels)
        {
            if (open.Count > 0 && level.Begin > open[^1].End)
            {
                yield return new(open.ToImmutable());
                open.Clear();
            }
            open.Add(level);
        }
        yield return new(open.ToImmutable());
    }

    /// <summary>Mean height of each of so many cells.</summary>
    public double[] Sample(long from, long cell, int count)
    {
        var sampled = new double[count];
        foreach (var level in Levels)
        {
            var (first, last) = (Math.Max(0, (level.Begin - from) / cell), Math.Min(count - 1, (level.End - from) / cell));
            for (var i = first; i <= last; i++)
                sampled[i] += level.Height * Math.Max(0, Math.Min(level.End, from + (i + 1) * cell) - Math.Max(level.Begin, from + i * cell)) / cell;
        }
        return sampled;
    }
}
