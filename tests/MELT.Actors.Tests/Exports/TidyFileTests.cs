using MELT.Actors.Exports;
using Microsoft.Data.Sqlite;

namespace MELT.Actors.Tests.Exports;

/// <summary>A file of tables that says what it holds.</summary>
public sealed class TidyFileTests : IDisposable
{
    private static readonly TidyTable<(string Name, double? Mass)> Things = new("things", "one row per thing")
    {
        { "name", TidyType.Text, null, "what it is called", t => t.Name },
        { "mass", TidyType.Real, "kg", "how heavy it is", t => t.Mass },
    };

    private static readonly TidyView Heavy = new("heavy", "things above 1 kg", "select name from things where mass > 1", [new("name", TidyType.Text, null, "what it is called")]);

    private readonly string _folder = Directory.CreateTempSubdirectory("melt-tidy-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "tidy.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_read_back_and_what_is_no_number_is_null()
    {
        using (var file = TidyFile.Create(Path, [Things, Heavy]))
        {
            file.Add(Things, [("feather", 0.01), ("it's \"odd\"", double.NaN)]);
            file.Add(Things, [("anvil", 50), ("thought", null)]);
            file.Index("things", "name");
            file.Rows["things"].ShouldBe(4);
        }

        Read("select name, mass, typeof(mass) from things").ShouldBe(["feather|0.01|real", "it's \"odd\"||null", "anvil|50|real", "thought||null"]);
        Read("select * from heavy").ShouldBe(["anvil"]);
        Directory.GetFiles(_folder).ShouldBe([Path]);
    }

    [Fact]
    public void The_file_says_what_its_tables_and_columns_mean()
    {
        TidyFile.Create(Path, [Things, Heavy]).Dispose();

        Read("select table_name, meaning from tables limit 2").ShouldBe(["things|one row per thing", "heavy|things above 1 kg"]);
        Read("select position, column_name, type, unit, meaning from columns where table_name = 'things'").ShouldBe(["1|name|text||what it is called", "2|mass|real|kg|how heavy it is"]);
        Read("select count(*) from columns where table_name = 'columns'").ShouldBe(["6"]);
    }

    [Fact]
    public void What_the_disk_refuses_is_said_with_the_path() =>
        Should.Throw<IOException>(() => TidyFile.Create(System.IO.Path.Combine(_folder, "nowhere", "tidy.db"), [Things])).Message.ShouldContain("nowhere");

    private List<string> Read(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }
}
