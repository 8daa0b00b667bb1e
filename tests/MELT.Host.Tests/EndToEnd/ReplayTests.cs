using MELT.Actors.Journal;
using MELT.Actors.Meters;
using Microsoft.Data.Sqlite;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>The same events give the same bytes, wherever they lie; other events do not.</summary>
[Collection(EndToEndTests.Name)]
public sealed class ReplayTests(Workshop workshop)
{
    private const string Meter = "meter:phone-1/monsoon";
    private const string Samples = "meter.samples-recorded.v2";

    [Fact]
    public async Task A_replay_gives_the_hash_of_the_run()
    {
        var quickstart = await workshop.QuickstartAsync();

        var replay = (await Melt.RunAsync(quickstart.Place, "replay", quickstart.Document.Text("experiment"), "--json")).ShouldBeDone();

        replay.Json.Sha256().ShouldBe(quickstart.Sha256);
        replay.Error.ShouldContain("the same as in its report");
    }

    [Fact]
    public async Task The_journal_file_alone_gives_the_same_hash()
    {
        var quickstart = await workshop.QuickstartAsync();
        var alone = workshop.CopyOf(quickstart.Place, reports: false);

        var replay = (await Melt.RunAsync(alone, "replay", "last", "--json")).ShouldBeDone();

        replay.Json.Sha256().ShouldBe(quickstart.Sha256);
    }

    [Fact]
    public async Task Reports_that_were_deleted_are_written_again_with_the_same_hash()
    {
        var quickstart = await workshop.QuickstartAsync();
        var place = workshop.CopyOf(quickstart.Place, reports: true);
        Directory.Delete(Path.Combine(place.Data, "reports"), recursive: true);

        var report = (await Melt.RunAsync(place, "report", "last", "--json")).ShouldBeDone();

        report.Json.Sha256().ShouldBe(quickstart.Sha256);
        Directory.GetFiles(Path.Combine(place.Data, "reports"), "report.html", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task One_value_of_one_block_changed_gives_another_hash()
    {
        var quickstart = await workshop.QuickstartAsync();
        var place = workshop.CopyOf(quickstart.Place, reports: true);
        Alter(place, await BlockDuringDecodeAsync(quickstart), bytes =>
        {
            var stored = (MeterEvent.SamplesRecorded)MeltEvents.Serializer.Read(Samples, bytes);
            var (column, middle) = (stored.Samples.Columns[0], stored.Samples.Count / 2);
            var altered = column with { Integers = column.Integers.SetItem(middle, column.Integers[middle] + 1) };
            return MeltEvents.Serializer.Write(stored with { Samples = stored.Samples with { Columns = stored.Samples.Columns.SetItem(0, altered) } }).Bytes;
        });

        var replay = await Melt.RunAsync(place, "replay", "last", "--json");

        replay.Json.Sha256().ShouldNotBe(quickstart.Sha256);
        replay.ExitCode.ShouldBe(1);
        replay.Error.ShouldContain("NOT the same as in its report");
    }

    [Fact]
    public async Task One_bit_flipped_is_found_and_named()
    {
        var quickstart = await workshop.QuickstartAsync();
        var place = workshop.CopyOf(quickstart.Place, reports: true);
        var block = await BlockDuringDecodeAsync(quickstart);
        Alter(place, block, bytes =>
        {
            bytes[bytes.Length / 2] ^= 0x10;
            return bytes;
        });

        (await Melt.RunAsync(place, "replay", "last", "--json")).ShouldFail(1, Meter, $"Event {block} ", "damaged");
    }

    /// <summary>Number of the block that arrived in the middle of the last measured decode.</summary>
    private static async Task<long> BlockDuringDecodeAsync(Quickstart quickstart)
    {
        var folder = Path.Combine(quickstart.Place.Folder, "for-blocks");
        (await Melt.RunAsync(quickstart.Place, "export", quickstart.Phone.Text("session"), folder)).ShouldBeDone();
        var decode = Csv.Read(Path.Combine(folder, quickstart.Phone.Text("session"), "phases.csv")).Last(p => p["phase"] == "decode");
        var middle = (decode.Long("begin_ns") + decode.Long("end_ns")) / 2;
        using var journal = Open(quickstart.Place);
        using var blocks = journal.CreateCommand();
        blocks.CommandText = "select sequence_number, message from journal where persistence_id = $id and manifest = $manifest";
        blocks.Parameters.AddWithValue("$manifest", Samples);
        blocks.Parameters.AddWithValue("$id", Meter);
        using var rows = blocks.ExecuteReader();
        var (nearest, distance) = (0L, long.MaxValue);
        while (rows.Read())
        {
            var stored = (MeterEvent.SamplesRecorded)MeltEvents.Serializer.Read(Samples, rows.GetFieldValue<byte[]>(1));
            var away = Math.Abs(stored.ArrivedAt.Nanoseconds - middle);
            if (away < distance) (nearest, distance) = (rows.GetInt64(0), away);
        }
        return nearest;
    }

    private static void Alter(Place place, long number, Func<byte[], byte[]> change)
    {
        using var journal = Open(place);
        using var read = journal.CreateCommand();
        read.CommandText = "select message from journal where persistence_id = $id and sequence_number = $number";
        read.Parameters.AddWithValue("$id", Meter);
        read.Parameters.AddWithValue("$number", number);
        using var write = journal.CreateCommand();
        write.CommandText = "update journal set message = $message where persistence_id = $id and sequence_number = $number";
        write.Parameters.AddWithValue("$id", Meter);
        write.Parameters.AddWithValue("$number", number);
        write.Parameters.AddWithValue("$message", change((byte[])read.ExecuteScalar()!));
        write.ExecuteNonQuery().ShouldBe(1);
    }

    private static SqliteConnection Open(Place place)
    {
        var connection = new SqliteConnection($"Data Source={place.Journal};Pooling=False");
        connection.Open();
        return connection;
    }
}
