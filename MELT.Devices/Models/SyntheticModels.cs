using System.Globalization;
using MELT.Devices.Inference.LlamaCpp;

namespace MELT.Devices.Models;

/// <summary>How far the making of a model has come: which step, and how much of it.</summary>
public readonly record struct ModelProgress(string Step, double Fraction);

/// <summary>The synthetic models in one folder: made when first asked for, complete or not there at all.</summary>
public sealed class SyntheticModels(string folder)
{
    private const string Partial = ".partial-";

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Every whole synthetic model in the folder.</summary>
    public IReadOnlyList<ModelFile> List() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateFiles(Folder, "*.gguf").Order(StringComparer.Ordinal)
            .Select(path => ModelFile.TryRead(path, out _)).OfType<ModelFile>().Where(file => file.Synthetic),
    ];

    /// <summary>The model's file when it is there and whole.</summary>
    public ModelFile? Find(SyntheticModel model) => ModelFile.TryRead(Path.Combine(Folder, model.FileName), out _);

    /// <summary>
    /// The model's file, made now if need be: written as f16 and then quantised by llama.cpp on that many threads.
    /// Throws <see cref="ModelException"/> with a reason to print.
    /// </summary>
    public Task<ModelFile> MakeAsync(SyntheticModel model, int threads, IProgress<ModelProgress>? progress, CancellationToken stop) =>
        Find(model) is { } found ? Task.FromResult(found)
            : Task.Factory.StartNew(() => Make(model, threads, progress, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private ModelFile Make(SyntheticModel model, int threads, IProgress<ModelProgress>? progress, CancellationToken stop)
    {
        var target = Path.Combine(Folder, model.FileName);
        var partial = $"{target}{Partial}{Environment.ProcessId}-{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(Folder);
            RemoveAbandoned();
            SyntheticModelRoom.Check(model, Folder);
            if (!IsDirect(model) && LlamaLibrary.TryLoad(out var missing) is null) { throw new ModelException($"{model.Spec} cannot be quantised: {missing}"); }
            Write(model, partial, threads, progress, stop);
            var made = ModelFile.TryRead(partial, out var reason) ?? throw new ModelException($"{model.Spec} came out damaged: {reason}");
            File.Move(partial, target, overwrite: true);
            return made with { Path = target };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{model.Spec} cannot be written to {Folder}: {e.Message}", e);
        }
        finally
        {
            foreach (var left in (string[])[partial, partial + "-f16"])
            {
                if (File.Exists(left)) { File.Delete(left); }
            }
        }
    }

    /// <summary>Whether it is written as it is, without the quantiser.</summary>
    private static bool IsDirect(SyntheticModel model) => model.Quantization.Name is "F16" or "F32";

    private static void Write(SyntheticModel model, string partial, int threads, IProgress<ModelProgress>? progress, CancellationToken stop)
    {
        var direct = IsDirect(model);
        using (var file = new FileStream(direct ? partial : partial + "-f16", FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
        {
            SyntheticModelWriter.Write(file, model.Architecture, model.Quantization.Name != "F32", f => progress?.Report(new("writing random weights", f)), stop);
            file.Flush(flushToDisk: direct);
        }
        if (direct) { return; }
        stop.ThrowIfCancellationRequested();
        if (LlamaQuantizer.TryQuantize(partial + "-f16", partial, model.Quantization, threads, f => progress?.Report(new("quantising", f))) is { } reason)
        {
            throw new ModelException($"{model.Spec} cannot be quantised: {reason}");
        }
    }

    /// <summary>Deletes what processes left behind that ended while making a model.</summary>
    private void RemoveAbandoned()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, $"*{Partial}*"))
        {
            var owner = file[(file.LastIndexOf(Partial, StringComparison.Ordinal) + Partial.Length)..].Split('-')[0];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Directory.Exists("/proc/self") && !Directory.Exists($"/proc/{id}"))
            {
                File.Delete(file);
            }
        }
    }
}
