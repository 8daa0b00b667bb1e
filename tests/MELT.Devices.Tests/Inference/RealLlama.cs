using MELT.Devices.Links;

namespace MELT.Devices.Tests.Inference;

/// <summary>llama.cpp's programs where this machine has them: in PATH, or named by MELT_TEST_LLAMA_SERVER, beside which the others are looked for.</summary>
internal static class RealLlama
{
    public static string Program(string name)
    {
        var server = Environment.GetEnvironmentVariable("MELT_TEST_LLAMA_SERVER");
        var path = server is { Length: > 0 } ? LocalLink.Find(Path.Combine(Path.GetDirectoryName(server) ?? "", name == "llama-server" ? Path.GetFileName(server) : name)) : LocalLink.Find(name);
        return path ?? throw new SkipException($"there is no {name} in PATH, and MELT_TEST_LLAMA_SERVER does not name one of its kind");
    }
}
