using MELT.Devices.Links;
using MELT.Devices.Links.Shells;
using MELT.Devices.Time;

namespace MELT.Devices.Tests.Links;

/// <summary>Files over shells that lack something, or cannot do what they are asked.</summary>
public sealed class ShellFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("melt-files-").FullName;
    private readonly List<string> _notices = [];

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    [Fact]
    public async Task A_device_that_cannot_hash_is_compared_by_size_and_that_is_said()
    {
        var (link, here, there, back) = (new Device("cat", "wc", "mkdir", "mv", "chmod", "rm"), Path("here"), Path("there"), Path("back"));
        await File.WriteAllBytesAsync(here, new byte[100_000]);

        await ShellFiles.PushAsync(link, here, there, null, new Notices(_notices), default);
        await ShellFiles.PullAsync(link, there, back, null, new Notices(_notices), default);

        new FileInfo(back).Length.ShouldBe(100_000);
        _notices.Count.ShouldBe(2);
        _notices.ShouldAllBe(n => n.Contains("only the size was compared"));
    }

    [Fact]
    public async Task A_device_that_changes_what_it_gets_is_found_out()
    {
        var (link, here, there) = (new Device("sha256sum", "mkdir", "mv", "chmod", "rm") { Script = ("cat", "tr a b") }, Path("here"), Path("there"));
        await File.WriteAllTextAsync(here, "a");

        (await Should.ThrowAsync<LinkException>(ShellFiles.PushAsync(link, here, there, null, null, default))).Message.ShouldContain("SHA-256");

        Directory.GetFiles(_folder, "there*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_device_says_so()
    {
        var (link, here, there) = (new Device("sha256sum", "mkdir", "mv", "chmod", "rm") { Script = ("cat", "echo 'No space left on device' >&2; exit 1") }, Path("here"), Path("there"));
        await File.WriteAllBytesAsync(here, new byte[5_000_000]);

        (await Should.ThrowAsync<LinkException>(ShellFiles.PushAsync(link, here, there, null, null, default))).Message.ShouldContain("No space left");

        Directory.GetFiles(_folder, "there*").ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Notices(List<string> all) : IProgress<string>
    {
        public void Report(string value) => all.Add(value);
    }

    /// <summary>A shell of this machine that knows only these programs.</summary>
    private sealed class Device(params string[] programs) : ILink
    {
        private readonly LocalLink _local = new(HostClock.Start(TimeProvider.System));

        public (string Name, string Does)? Script { get; init; }
        public string Name => "a device";
        public Task<string> Lost => _local.Lost;

        public Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop) =>
            _local.StartAsync(new("/bin/sh", [command.Arguments[0], Known() + command.Arguments[1], .. command.Arguments.Skip(2)]), stop);

        public Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop) => throw new NotSupportedException();
        public Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop) => throw new NotSupportedException();
        public Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => throw new NotSupportedException();
        public ValueTask DisposeAsync() => _local.DisposeAsync();

        private string Known() => "PATH=/nowhere\n"
            + string.Concat(programs.Select(program => $"{program}() {{ {LocalLink.Find(program)} \"$@\"; }}\n"))
            + (Script is { } script ? $"{script.Name}() {{ PATH=/usr/bin:/bin; {script.Does}; }}\n" : "");
    }
}
