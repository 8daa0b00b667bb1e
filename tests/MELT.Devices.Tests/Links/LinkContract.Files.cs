using MELT.Devices.Links;

namespace MELT.Devices.Tests.Links;

public abstract partial class LinkContract
{
    [SkippableFact]
    public async Task A_file_goes_there_and_back_unchanged_and_tells_how_far_it_is()
    {
        var content = RandomBytes(3_000_000);
        var (there, back) = (There("folder/a 'file' $HOME\nä/x") + "/y", Path.Combine(Folder, "new", "back"));
        var (pushed, pulled) = (new Reports(), new Reports());

        await Link.PushAsync(Here(content), there, pushed, Soon);
        await Link.PullAsync(there, back, pulled, Soon);

        (await File.ReadAllBytesAsync(back)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        foreach (var reports in new[] { pushed.All, pulled.All })
        {
            reports.Count.ShouldBeGreaterThan(1);
            reports.ShouldBe(reports.Distinct().Order());
            reports[^1].ShouldBe(content.Length);
        }
        (await RunAsync("""ls -A "$1" """, Path.GetDirectoryName(there)!)).Output.ShouldBe("y\n");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(back)!).ShouldBe([back]);
    }

    [SkippableFact]
    public async Task An_empty_file_is_a_file()
    {
        var there = There();
        await Link.PushAsync(Here([]), there, null, Soon);
        var back = Path.Combine(Folder, "back");
        await Link.PullAsync(there, back, null, Soon);
        new FileInfo(back).Length.ShouldBe(0);
    }

    [SkippableFact]
    public async Task A_file_takes_the_place_of_an_older_one()
    {
        var (there, back) = (There(), Here(RandomBytes(10)));
        await Link.PushAsync(Here(RandomBytes(100_000)), there, null, Soon);

        await Link.PushAsync(Here([1, 2, 3]), there, null, Soon);
        await Link.PullAsync(there, back, null, Soon);

        (await File.ReadAllBytesAsync(back)).ShouldBe([1, 2, 3]);
    }

    [SkippableFact]
    public async Task What_can_be_executed_here_can_be_there()
    {
        var (program, there) = (Here("#!/bin/sh\necho ran \"$1\"\n"u8.ToArray()), There());
        await new LocalLink(Clock).RunAsync(new("chmod", ["+x", program]), Soon);

        await Link.PushAsync(program, there, null, Soon);

        (await Link.RunAsync(new(there, ["a b"]), Soon)).Output.ShouldBe("ran a b\n");
    }

    [SkippableFact]
    public async Task A_push_that_is_given_up_leaves_no_half_file()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Soon);
        var there = There();

        await Should.ThrowAsync<OperationCanceledException>(Link.PushAsync(Here(RandomBytes(8_000_000)), there, new Reports(_ => stop.Cancel()), stop.Token));

        (await RunAsync("""ls -A "$1"* 2>/dev/null""", there)).Output.ShouldBe("");
    }

    [SkippableFact]
    public async Task What_is_missing_is_named()
    {
        var (here, there) = (Path.Combine(Folder, "missing"), There("missing"));

        (await Should.ThrowAsync<LinkException>(Link.PushAsync(here, There(), null, Soon))).Message.ShouldContain(here);
        (await Should.ThrowAsync<LinkException>(Link.PullAsync(there, here, null, Soon))).Message.ShouldContain(there);
        Directory.GetFileSystemEntries(Folder).ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task A_folder_is_no_place_for_a_file()
    {
        (await Should.ThrowAsync<LinkException>(Link.PushAsync(Here([1]), DeviceFolder, null, Soon))).Message.ShouldContain(DeviceFolder);
        (await Should.ThrowAsync<LinkException>(Link.PullAsync(DeviceFolder, Path.Combine(Folder, "x"), null, Soon))).Message.ShouldContain(DeviceFolder);
        Link.Lost.IsCompleted.ShouldBeFalse();
    }

    private sealed class Reports(Action<long>? heard = null) : IProgress<long>
    {
        public List<long> All { get; } = [];

        public void Report(long value)
        {
            All.Add(value);
            heard?.Invoke(value);
        }
    }
}
