using MELT.Actors.Sessions;
using MELT.Devices.Links;
using MELT.Devices.Models;

namespace MELT.Actors.Devices.Configured;

/// <summary>The models on a device: a file is copied once, and again only when it is another one by its size or SHA-256.</summary>
public static class LinkedModels
{
    /// <summary>Where the model is on the device. Throws <see cref="LinkException"/> when it cannot be copied, <see cref="RigException"/> when it is not where it was said to be.</summary>
    /// <param name="model">A file of this machine, or <c>device:/path</c> of the device.</param>
    public static async Task<string> PlaceAsync(ILink link, string folder, string model, IProgress<long>? progress, CancellationToken stop)
    {
        if (model.StartsWith(EngineSpec.OnDevice, StringComparison.Ordinal))
        {
            var there = model[EngineSpec.OnDevice.Length..];
            return (await link.RunAsync(Script("""[ -r "$1" ]""", there), stop)).Succeeded ? there : throw new RigException("model-not-found", $"{link.Name}: there is no file {there} that could be read");
        }
        var place = $"{folder.TrimEnd('/')}/{Path.GetFileName(model)}";
        var (hash, bytes) = (await ModelHash.OfAsync(model, stop), new FileInfo(model).Length);
        // Reading gigabytes again for their hash would take longer, and warm the device more, than trusting what was compared when they were copied.
        var mark = FormattableString.Invariant($"{hash} {bytes}");
        var known = await link.RunAsync(Script("""[ "$(cat "$1.sha256" 2>/dev/null)" = "$2" ] && [ "$(wc -c < "$1")" -eq "$3" ]""", place, mark, FormattableString.Invariant($"{bytes}")), stop);
        if (known.Succeeded) return place;
        await link.PushAsync(model, place, progress, stop);
        var marked = await link.RunAsync(Script("""printf '%s\n' "$2" > "$1.sha256" """, place, mark), stop);
        return marked.Succeeded ? place : throw new LinkException($"{link.Name}: {place}.sha256 cannot be written: {marked.Complaint}");
    }

    private static LinkCommand Script(string script, params ReadOnlySpan<string> arguments) => new("sh", ["-c", script, "sh", .. arguments]);
}
