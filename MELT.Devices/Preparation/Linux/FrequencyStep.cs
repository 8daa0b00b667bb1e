using System.Globalization;

namespace MELT.Devices.Preparation.Linux;

/// <summary>The limits between which clocks may run. The kernel refuses a lower limit above the upper one, so the order of the two writes matters.</summary>
internal sealed class FrequencyStep(SystemFiles files, ClockFamily family, FrequencyRange range) : IPreparationStep
{
    /// <summary>What the wish means for the clocks of this device; empty where they cannot do it, or were not asked yet.</summary>
    private Dictionary<string, (long Min, long Max)> _wanted = [];

    public async Task<StepReading> ReadAsync(CancellationToken stop)
    {
        var limits = await files.ReadAsync(stop, Files(family.Min, family.Max));
        if (limits.Count == 0) { return StepReading.NotPossible($"the kernel has no {family.What} that can be read"); }
        await ResolveAsync(stop);
        return new(SystemFiles.Format(limits.OrderBy(file => file.Path, StringComparer.Ordinal)));
    }

    public bool IsAsWished(string state) => _wanted.Count > 0 && Limits(state) is var limits && _wanted.All(w => limits.GetValueOrDefault(w.Key) == w.Value);

    public async Task<StepRefusal?> SetAsync(CancellationToken stop) => await ResolveAsync(stop) ?? await WriteAsync(_wanted, stop);

    public Task<StepRefusal?> RestoreAsync(string old, CancellationToken stop) => WriteAsync(Limits(old), stop);

    private string[] Files(params string?[] names) => [.. family.Folders.SelectMany(folder => names.OfType<string>().Select(name => folder + name))];

    private async Task<StepRefusal?> WriteAsync(Dictionary<string, (long Min, long Max)> wanted, CancellationToken stop)
    {
        var now = Limits(SystemFiles.Format(await files.ReadAsync(stop, Files(family.Min, family.Max))));
        foreach (var (folder, (min, max)) in wanted)
        {
            var writes = new[] { File(folder, family.Min, min), File(folder, family.Max, max) };
            if (now.TryGetValue(folder, out var limits) && min > limits.Max) { Array.Reverse(writes); }
            if (await files.WriteAsync(writes, stop) is { } refusal) { return refusal; }
        }
        return null;
    }

    /// <summary>What the wish means for each clock of this device; refused where one of them cannot run so.</summary>
    private async Task<StepRefusal?> ResolveAsync(CancellationToken stop)
    {
        var wanted = new Dictionary<string, (long Min, long Max)>(StringComparer.Ordinal);
        _wanted = [];
        var facts = await files.ReadAsync(stop, Files(family.Available, family.LowestOfHardware, family.HighestOfHardware, family.Min, family.Max));
        foreach (var clock in facts.GroupBy(file => file.Folder))
        {
            long? One(string? name) => clock.Where(f => f.Name == name).Select(f => Number(f.Value)).FirstOrDefault();
            var steps = clock.Where(f => f.Name == family.Available).SelectMany(f => f.Value.Split(' ')).Select(Number).OfType<long>().ToList();
            var lowest = One(family.LowestOfHardware) ?? (steps.Count > 0 ? steps.Min() : One(family.Min));
            var highest = One(family.HighestOfHardware) ?? (steps.Count > 0 ? steps.Max() : One(family.Max));
            if (lowest is not { } low || highest is not { } high) { return StepRefusal.NotPossible($"{clock.Key} does not tell what it can run at"); }
            var (min, max) = (InUnits(range.MinHertz, low, high), InUnits(range.MaxHertz, low, high));
            foreach (var wish in new[] { min, max })
            {
                if (wish < low || wish > high || (steps.Count > 0 && wish != low && wish != high && !steps.Contains(wish)))
                {
                    var can = steps.Count > 0 ? string.Join(", ", steps.Select(Hertz)) : $"{Hertz(low)} to {Hertz(high)}";
                    return StepRefusal.NotPossible($"{clock.Key} cannot run at {Hertz(wish)}, only at {can}; max and min fit every clock");
                }
            }
            wanted[clock.Key] = (min, max);
        }
        _wanted = wanted;
        return null;
    }

    private Dictionary<string, (long Min, long Max)> Limits(string state) => SystemFiles.ParseState(state).GroupBy(file => file.Folder)
        .ToDictionary(g => g.Key, g => (Value(g, family.Min), Value(g, family.Max)), StringComparer.Ordinal);

    private static long Value(IEnumerable<SystemFile> clock, string name) => clock.Where(f => f.Name == name).Select(f => Number(f.Value)).FirstOrDefault() ?? -1;

    private static SystemFile File(string folder, string name, long value) => new($"{folder}/{name}", value.ToString(CultureInfo.InvariantCulture));

    private long InUnits(long hertz, long low, long high) => hertz switch { FrequencyRange.Lowest => low, FrequencyRange.Highest => high, _ => hertz / family.HertzPerUnit };

    private string Hertz(long units) => new FrequencyRange(units * family.HertzPerUnit, units * family.HertzPerUnit).ToString();

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
