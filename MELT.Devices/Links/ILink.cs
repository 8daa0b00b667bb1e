namespace MELT.Devices.Links;

/// <summary>
/// A way to a device that stands: programs are run there and files moved. A link that has died does not come back; whoever needs the
/// device again opens another. Every method throws <see cref="LinkException"/> when it cannot be done, the link's death included.
/// </summary>
public interface ILink : IAsyncDisposable
{
    /// <summary>What it is and where it leads, for people: <c>adb 0123456789</c>, <c>ssh lab@orin</c>.</summary>
    string Name { get; }

    /// <summary>Completes, and never fails, when the link has died; says how that was noticed. Disposing completes it too.</summary>
    Task<string> Lost { get; }

    /// <summary>Starts a program on the device. Its exit tells of the program, or that the link was lost meanwhile.</summary>
    Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop);

    /// <summary>
    /// Copies a file to the device, its folder made where it is missing, and compares SHA-256 where the device can tell it. It appears under
    /// its name only when it is whole, and what can be executed here can be there. Reports bytes sent.
    /// </summary>
    Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop);

    /// <summary>Copies a file from the device; the same promise.</summary>
    Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop);

    /// <summary>Makes a TCP port of the device's loopback address reachable on this machine's, until it is disposed.</summary>
    Task<IPortForward> ForwardAsync(int port, CancellationToken stop);
}

/// <summary>A port of a device, reachable here on 127.0.0.1.</summary>
public interface IPortForward : IAsyncDisposable
{
    int LocalPort { get; }
}

/// <summary>A program that runs on a device. Disposing ends it there, and never throws.</summary>
public interface ILinkProcess : IAsyncDisposable
{
    /// <summary>Its number on the device; null where that is not known.</summary>
    int? Id { get; }

    /// <summary>Closing it is the end of the program's standard input.</summary>
    Stream Input { get; }
    Stream Output { get; }
    Stream Error { get; }

    /// <summary>Completes, and never fails, when the program has ended or nothing more can be heard of it.</summary>
    Task<ProcessExit> Exit { get; }

    /// <summary>Asks the program to end (SIGTERM).</summary>
    void AskToEnd();

    /// <summary>Ends the program and what it started (SIGKILL).</summary>
    void Kill();
}
