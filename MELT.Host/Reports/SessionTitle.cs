using System.Globalization;
using MELT.Sensors.Analysis;

namespace MELT.Host.Reports;

/// <summary>How a session is called in prose.</summary>
public static class SessionTitle
{
    /// <summary><c>phone-1</c>.</summary>
    public static string Device(SessionResults session) =>
        session.Device.GetValueOrDefault("id") ?? session.Device.GetValueOrDefault("name") ?? session.Device.GetValueOrDefault("device") ?? "device";

    /// <summary><c>this host</c>, or the device's name.</summary>
    public static string Spoken(SessionResults session) =>
        Device(session) == "host" || session.Device.GetValueOrDefault("kind") == "host" ? "this host" : Device(session);

    /// <summary><c>synthetic:tiny (q8_0)</c>, or nothing when no model was loaded.</summary>
    public static string? Model(SessionResults session) => session.Model switch
    {
        null => null,
        { Quantization: { Length: > 0 } quantization } model when !model.Name.Contains(quantization, StringComparison.OrdinalIgnoreCase) => $"{model.Name} ({quantization})",
        var model => model.Name,
    };

    /// <summary><c>phone-1 · llama.cpp · synthetic:tiny (q8_0) · repetition 2</c>.</summary>
    public static string Of(SessionResults session)
    {
        var engine = session.Engine.Name == "simulated" ? "simulated engine" : session.Engine.Name;
        string?[] parts =
        [
            Device(session), engine, Model(session),
            session.Repetition > 1 ? $"repetition {session.Repetition.ToString(CultureInfo.InvariantCulture)}" : null,
            session.Attempt > 1 ? $"attempt {session.Attempt.ToString(CultureInfo.InvariantCulture)}" : null,
        ];
        return string.Join(" · ", parts.Where(part => part is { Length: > 0 }));
    }
}
