using MELT.Actors.Devices;
using MELT.Actors.Imports;
using MELT.Actors.Journal;
using MELT.Actors.Replay;
using MELT.Devices.Links;
using MELT.Devices.Models;
using MELT.Host.Configuration;
using MELT.Sensors.Import;
using MELT.Sensors.Mqtt;

namespace MELT.Host.Commands;

/// <summary>A person asked for something that cannot be done: one paragraph, and exit code 2 when it was asked wrongly, else 1.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Turns what went wrong into a paragraph on standard error and an exit code; what nobody foresaw keeps its trace.</summary>
internal static class Failure
{
    /// <summary>The value, or all that was wrong with what was written, as wrong usage.</summary>
    public static T OrThrow<T>(this Reading<T> reading) where T : class =>
        reading.Value ?? throw new CommandException(string.Join(Environment.NewLine + "melt: ", reading.Problems), ExitCode.Usage);

    public static async Task<int> GuardAsync(Func<Task<int>> verb)
    {
        try { return await verb(); }
        catch (OperationCanceledException) { return Say("stopped", ExitCode.Failed); }
        catch (CommandException e) { return Say(e.Message, e.ExitCode); }
        catch (JournalLocationException e) { return Say(e.Message, ExitCode.Usage); }
        catch (CatalogueException e) { return Say(e.Message, ExitCode.Usage); }
        catch (Exception e) when (e is RigException or LinkException or ImportException or ModelException or MqttException or DataFolderException or RuntimeLockException or RecordingDiffersException
            or JournalRefusedException or JournalConflictException or JournalUnavailableException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            return Say(e.Message, ExitCode.Failed);
        }
    }

    private static int Say(string text, int code)
    {
        Console.Error.WriteLine($"melt: {text}");
        return code;
    }
}
