namespace MELT.Devices.Models;

/// <summary>Turns what a person writes after <c>-m</c> into a file: a path, or a synthetic model made on demand.</summary>
public static class ModelPath
{
    /// <summary>Throws <see cref="ModelException"/> when the name is wrong or the model cannot be made; a path is returned in full, whether or not it exists.</summary>
    public static async Task<string> ResolveAsync(string model, SyntheticModels synthetic, int threads, IProgress<ModelProgress>? progress, CancellationToken stop)
    {
        if (!SyntheticModel.IsSpec(model)) { return Path.GetFullPath(model); }
        var spec = SyntheticModel.TryParse(model, out var reason) ?? throw new ModelException(reason!);
        return (await synthetic.MakeAsync(spec, threads, progress, stop)).Path;
    }
}
