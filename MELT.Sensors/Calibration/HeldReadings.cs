namespace MELT.Sensors.Calibration;

/// <summary>Tells a sensor that is polled faster than it works from one whose readings are alike by chance: repetitions of the first come in runs of about one length.</summary>
public static class HeldReadings
{
    private const int LeastRuns = 12;
    /// <summary>Runs of chance are geometric: their lengths scatter as much as they are long, and single ones are the most frequent.</summary>
    private const double MostScatter = 0.5, MostSingles = 0.1;

    /// <summary>The median length of a run, 2 or more; null where nothing is held.</summary>
    public static int? Repeats(ReadOnlySpan<double> values)
    {
        var runs = new List<int>();
        for (int i = 1, length = 1; i < values.Length; i++, length++)
        {
            if (values[i] == values[i - 1]) continue;
            runs.Add(length);
            length = 0;
        }
        // When the first became new was not seen.
        if (runs.Count <= LeastRuns) return null;
        runs.RemoveAt(0);
        double mean = runs.Average(), scatter = Math.Sqrt(runs.Average(r => (r - mean) * (r - mean)));
        var median = runs.Order().ElementAt(runs.Count / 2);
        return median >= 2 && scatter <= MostScatter * mean && runs.Count(r => r == 1) <= MostSingles * runs.Count ? median : null;
    }
}
