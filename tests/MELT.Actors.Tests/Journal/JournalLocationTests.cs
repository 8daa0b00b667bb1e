using MELT.Actors.Journal;

namespace MELT.Actors.Tests.Journal;

public sealed class JournalLocationTests
{
    [Theory]
    [InlineData("postgres://ann:s%40cret@lab:6000/melt", "postgres://ann@lab:6000/melt")]
    [InlineData("postgresql://lab/melt", "postgres://lab:5432/melt")]
    [InlineData("POSTGRES://ann@lab/my%20melt?sslmode=verify-full&application_name=x", "postgres://ann@lab:5432/my melt")]
    [InlineData("postgres://[::1]/melt?password=s@cret", "postgres://::1:5432/melt")]
    [InlineData("postgres:///melt?host=/var/run/postgresql&user=ann", "postgres://ann@/var/run/postgresql:5432/melt")]
    public void A_database_is_read_from_its_address_and_shown_without_its_password(string text, string shown)
    {
        var location = JournalLocation.Parse(text, "data").ShouldBeOfType<JournalLocation.Postgres>();
        location.ToString().ShouldBe(shown);
        location.IsFile.ShouldBeFalse();
    }

    [Theory]
    [InlineData("postgres://ann:sec@ret@lab:port/melt", "%40")]
    [InlineData("postgres://ann:secret@lab", "name the database")]
    [InlineData("postgres:///melt", "name the host")]
    [InlineData("postgres://ann:secret@lab/melt?sslmod=require", "there is no parameter \"sslmod\"")]
    [InlineData("postgres://ann:secret@lab/melt?sslmode=perhaps", "\"sslmode\" cannot have this value")]
    [InlineData("postgres://lab/melt?passwort=secret", "there is no parameter \"passwort\"")]
    [InlineData("mysql://ann:secret@lab/melt", "mysql://…")]
    public void What_is_no_place_for_a_journal_is_refused_without_its_password(string text, string why)
    {
        var refused = Should.Throw<JournalLocationException>(() => JournalLocation.Parse(text, "data"));
        refused.Message.ShouldContain(why);
        refused.Message.ShouldNotContain("ret");
    }

    [Fact]
    public void A_file_is_named_by_itself_its_folder_or_the_data_folder()
    {
        using var folder = new TestFolder();
        Of(null).ShouldBe(folder["journal.db"]);
        Of(folder.Path).ShouldBe(folder["journal.db"]);
        Of(folder["new/"]).ShouldBe(folder["new/journal.db"]);
        Of(folder["mine.db"]).ShouldBe(folder["mine.db"]);
        JournalLocation.Parse("x.db", "data").IsFile.ShouldBeTrue();

        string Of(string? text) => JournalLocation.Parse(text, folder.Path).ToString();
    }

    [Theory]
    [InlineData("melt run --journal postgres://ann:s%40cret@lab/melt -p 8", "melt run --journal postgres://ann:***@lab/melt -p 8")]
    [InlineData("--journal=postgresql://ann:a:b@c@lab", "--journal=postgresql://ann:***@lab")]
    [InlineData("postgres://lab:5432/melt?password=abc&user=ann postgres://a:b@c", "postgres://lab:5432/melt?password=***&user=ann postgres://a:***@c")]
    [InlineData("postgres://ann@lab:5432/melt", "postgres://ann@lab:5432/melt")]
    [InlineData("mqtt://a:b@c", "mqtt://a:b@c")]
    public void Texts_that_are_stored_hold_no_password(string text, string without) => JournalLocation.WithoutPassword(text).ShouldBe(without);
}
