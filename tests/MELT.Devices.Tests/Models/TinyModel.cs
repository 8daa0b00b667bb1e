using MELT.Devices.Inference.LlamaCpp;
using MELT.Devices.Models;

namespace MELT.Devices.Tests.Models;

/// <summary>The tiny synthetic model, made once for all tests that share it.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<ModelFile>> _file;

    public TinyModel() => _file = new(() => new SyntheticModels(_folder.Path)
        .MakeAsync(SyntheticModel.TryParse("synthetic:tiny:q8_0", out _)!, threads: 1, progress: null, CancellationToken.None));

    public Task<ModelFile> FileAsync()
    {
        Skip.If(LlamaLibrary.TryLoad(out var reason) is null, reason);
        return _file.Value;
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>A folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("melt-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
