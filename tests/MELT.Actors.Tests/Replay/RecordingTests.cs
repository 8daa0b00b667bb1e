using System.Collections.Immutable;
using MELT.Actors.Devices;
using MELT.Actors.Journal;
using MELT.Actors.Journal.Sqlite;
using MELT.Actors.Meters;
using MELT.Actors.Replay;
using MELT.Actors.Sessions;
using MELT.Actors.Tests.Journal;
using MELT.Sensors.Alignment;
using MELT.Sensors.Meters;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Tests.Replay;

public sealed class RecordingTests : IAsyncLifetime
{
    private static readonly SessionEvent Opened = new SessionEvent.Opened(Some.Header(), Some.Plan()), Told = new SessionEvent.EngineTold(1, [Some.Ready]);

    private readonly TestFolder _folder = new();
    private SqliteJournal _journal = null!;

    public async Task InitializeAsync() => _journal = await SqliteJournal.OpenAsync(_folder["journal.db"], MeltEvents.Serializer);

    public async Task DisposeAsync()
    {
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_session_is_read_with_what_its_coverage_names_and_nothing_else()
    {
        await StoreAsync("meter:phone-1/vbat",
            Described("mW"), Described("W"), Samples(1, 10),                                    // before
            Samples(11, 5), new MeterEvent.DuplicatesReceived("b", 2), Samples(18, 3),          // 16 and 17 are lost
            new MeterEvent.ReadingRejected("b", "malformed", "not JSON", [1], Some.Noon), new MeterEvent.ConflictReceived("b", 18, Some.Block(18, value: 9)),
            Samples(30, 5));                                                                     // after
        await StoreAsync("device:phone-1",
            new DeviceEvent.ClockSampled("rtc", Some.Exchanges(-100)), new DeviceEvent.Leased(Some.Session, 1, Some.Noon),
            new DeviceEvent.ClockSampled("rtc", Some.Exchanges()), new DeviceEvent.Marked("m", Some.Noon), new DeviceEvent.ClockSampled("rtc", Some.Exchanges(100)));
        await StoreAsync("session:e-01", Opened, new SessionEvent.Prepared([]), new SessionEvent.PhaseRecorded("baseline", Some.Noon, Some.After(3)), Told,
            new SessionEvent.Troubled("cancelled", "r", false),
            new SessionEvent.Sealed("partial", "r", [new("device:phone-1", [], 3, 4), new("meter:phone-1/vbat", [2], 4, 8)], [new("readings-missing", "some")]));

        var entries = await Recording.ReadAsync(_journal, "e-01", default);
        entries.OfType<RecordingEntry.Opened>().ShouldHaveSingleItem().Header.Session.ShouldBe(Some.Session);
        entries.OfType<RecordingEntry.Phase>().ShouldHaveSingleItem().ShouldBe(new("baseline", Some.Noon, Some.After(3)));
        entries.OfType<RecordingEntry.Engine>().ShouldHaveSingleItem().Events.ShouldBe([Some.Ready]);
        entries.OfType<RecordingEntry.Described>().Select(d => (d.Number, d.Description.Channels[0].Unit)).ShouldBe([(2, "W")]);
        entries.OfType<RecordingEntry.Block>().Select(b => (b.Number, b.Samples.Sequence)).ShouldBe([(4, new SequenceRange(11, 15)), (6, new SequenceRange(18, 20))]);
        entries.OfType<RecordingEntry.Clock>().ShouldHaveSingleItem().Exchanges.ShouldBe(Some.Exchanges());
        entries.OfType<RecordingEntry.Counted>().Select(c => (c.Lost, c.Duplicates, c.Rejected, c.Reason)).ShouldBe(
            [(0, 2, 0, null), (0, 0, 1, "malformed: not JSON"), (0, 0, 1, "number 18 came again and not as what was stored; the first is used"), (2, 0, 0, null)]);
        entries.OfType<RecordingEntry.Noticed>().ShouldHaveSingleItem().ShouldBe(new("readings-missing", "some"));
        entries.OfType<RecordingEntry.Closed>().ShouldHaveSingleItem().ShouldBe(new("partial", "r"));

        var meter = (await SessionReplay.AlignAsync(_journal, "e-01", default)).Meters.ShouldHaveSingleItem().Value;
        (meter.Stored, meter.Lost, meter.Duplicates, meter.Rejected, meter.Description!.Channels[0].Unit).ShouldBe((8, 2, 2, 2, "W"));
    }

    [Fact]
    public async Task What_lies_between_a_description_and_the_session_is_not_even_read()
    {
        await StoreAsync("meter:phone-1/vbat", Described("W"), Samples(1), Samples(2));
        await StoreAsync("session:e-01", Opened, new SessionEvent.Sealed("complete", null, [new("meter:phone-1/vbat", [1], 3, 3)], []));
        await using (var connection = new SqliteConnection($"Data Source={_folder["journal.db"]};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var damage = connection.CreateCommand();
            damage.CommandText = "update journal set message = x'00' where persistence_id = 'meter:phone-1/vbat' and sequence_number = 2";
            (await damage.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        (await Recording.ReadAsync(_journal, "e-01", default)).OfType<RecordingEntry.Block>().ShouldHaveSingleItem().Number.ShouldBe(3);
    }

    [Fact]
    public async Task A_meter_that_describes_itself_anew_in_a_session_is_known_by_both_descriptions()
    {
        await StoreAsync("meter:phone-1/vbat", Described("mW"), Samples(1), Samples(2), Described("W"), Samples(3));
        await StoreAsync("session:e-01", Opened, new SessionEvent.Sealed("complete", null, [new("meter:phone-1/vbat", [1], 3, 5)], []));
        (await SessionReplay.AlignAsync(_journal, "e-01", default)).Meters["phone-1/vbat"].Redescribed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_that_was_never_sealed_gives_its_own_stream()
    {
        await StoreAsync("meter:phone-1/vbat", Samples(1));
        await StoreAsync("session:e-01", Opened, Told);
        (await Recording.ReadAsync(_journal, "e-01", default)).Select(e => e.GetType().Name).ShouldBe(["Opened", "Engine"]);
        (await SessionReplay.AlignAsync(_journal, "e-01", default)).Closed.ShouldBeNull();
    }

    [Fact]
    public async Task A_meter_with_a_colon_in_its_name_is_found()
    {
        await StoreAsync("meter:phone:1/v:bat", Samples(1));
        await StoreAsync("session:e-01", Opened, new SessionEvent.Sealed("complete", null, [new("meter:phone:1/v:bat", [], 1, 1)], []));
        (await Recording.ReadAsync(_journal, "e-01", default)).OfType<RecordingEntry.Block>().ShouldHaveSingleItem().Meter.ToString().ShouldBe("phone:1/v:bat");
    }

    [Fact]
    public async Task The_truth_is_beside_the_recording_and_not_in_it()
    {
        var truth = new MELT.Devices.Simulation.SimulatedTruth("cell", ImmutableSortedDictionary<string, double>.Empty.Add("energy_joules", 4), []);
        await StoreAsync("session:e-01", Opened, new SessionEvent.TruthRecorded(truth), new SessionEvent.Sealed("complete", null, [], []));
        (await Recording.TruthAsync(_journal, "e-01", default)).ShouldNotBeNull().Values["energy_joules"].ShouldBe(4);
        (await Recording.ReadAsync(_journal, "e-01", default)).Select(e => e.GetType().Name).ShouldBe(["Opened", "Closed"]);
        (await Recording.TruthAsync(_journal, "e-02", default)).ShouldBeNull();
    }

    private static MeterEvent Described(string unit) => new MeterEvent.Described(Some.Description(unit), Some.Noon);
    private static MeterEvent Samples(long first, int count = 1) => new MeterEvent.SamplesRecorded("b", Some.Noon, [], Some.Block(first, count));

    private async Task StoreAsync(string persistenceId, params object[] events)
    {
        for (var i = 0; i < events.Length; i++)
            await _journal.AppendAsync(new(persistenceId, i, [events[i]], [], new string('0', 32)), default);
    }
}
