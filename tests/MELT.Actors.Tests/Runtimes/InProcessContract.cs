using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Runtimes;
using MELT.Actors.Runtimes.InProcess;
using MELT.Actors.Tests.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace MELT.Actors.Tests.Runtimes;

/// <summary>The contract, in process on SQLite.</summary>
public class InProcessContract : RuntimeContract
{
    private readonly ManualTime _time = new();
    private readonly TestFolder _folder = new();
    private SqliteJournal? _journal;
    private InProcessRuntime? _runtime;

    protected virtual ISendPort Port { get; } = new DirectPort();
    protected override IActorRuntime Runtime => _runtime!;

    public override async Task InitializeAsync()
    {
        _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], Serializer, new() { Synchronous = Synchronous.Off });    // the runtime is on trial, not the disk
        _runtime = new(_journal, NullLogger<InProcessRuntime>.Instance, new() { Port = Port, Time = _time });
        HostAll(_runtime);
        await _runtime.StartAsync(default);
    }

    public override async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    protected override void Advance(TimeSpan length) => _time.Advance(length);

    protected override async Task RestartAsync()
    {
        await CloseAsync();
        await InitializeAsync();
    }

    protected override async Task<IJournal> OpenJournalAsync(bool forWriting = false) => forWriting
        ? await SqliteJournal.OpenAsync(_folder["journal.db"], Serializer, new() { Synchronous = Synchronous.Off })
        : await SqliteJournal.OpenReadOnlyAsync(_folder["journal.db"], Serializer);

    protected override Task<IReadOnlyList<(long Number, string Tag)>> TagsAsync(string persistenceId) => SqliteProbe.TagsAsync(_folder["journal.db"], persistenceId);
    protected override Task TamperAsync(string sql) => SqliteProbe.TamperAsync(_folder["journal.db"], sql);

    private async Task CloseAsync()
    {
        await _runtime!.DisposeAsync();
        await _journal!.DisposeAsync();
    }
}

/// <summary>The same contract over a port that drops, doubles and delays.</summary>
public sealed class InProcessContractOverAFaultyPort : InProcessContract
{
    private readonly FaultyPort _port = new(seed: 20260301);

    protected override ISendPort Port => _port;

    [Fact]
    public async Task The_port_really_is_faulty()
    {
        for (var i = 0; i < 100; i++)
            await Ask(new NotebookCommand.Pass("b", new NotebookCommand.Record(i, "x")));
        _port.Dropped.ShouldBeGreaterThan(10);
        _port.Doubled.ShouldBeGreaterThan(10);
        _port.Delayed.ShouldBeGreaterThan(10);
        (await ReadAsync("b")).Numbers.Count.ShouldBeInRange(50, 90);
    }
}
