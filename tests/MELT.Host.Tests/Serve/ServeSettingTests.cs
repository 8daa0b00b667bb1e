using MELT.Host.Configuration;
using MELT.Host.Serve;

namespace MELT.Host.Tests.Serve;

public sealed class ServeSettingTests
{
    private const string Token = "sixteen-letters!";

    [Fact]
    public void This_machine_alone_needs_no_token() => Read(new()).ShouldBeNull();

    [Theory]
    [InlineData("0.0.0.0:7235")]
    [InlineData("[::]:7235")]
    [InlineData("192.0.2.7:7235")]
    public void What_others_can_reach_needs_a_token_and_without_a_certificate_says_so(string bind)
    {
        Read(new() { Bind = bind }).ShouldNotBeNull().ShouldContain("MELT_SERVE_TOKEN");
        ServeSetting.TryRead(new() { Bind = bind, Token = new(Token) }, out _).ShouldNotBeNull().Warning.ShouldNotBeNull().ShouldContain("without a certificate");
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:7235")]
    public void A_loopback_address_warns_of_nothing(string bind) => ServeSetting.TryRead(new() { Bind = bind }, out _).ShouldNotBeNull().Warning.ShouldBeNull();

    [Fact]
    public void A_short_token_is_refused_and_not_told()
    {
        var problem = Read(new() { Token = new(Token[1..]) }).ShouldNotBeNull();
        problem.ShouldContain("16");
        problem.ShouldNotContain(Token[1..]);
    }

    [Fact]
    public void A_certificate_and_its_key_come_together_and_exist()
    {
        Read(new() { Certificate = "a.pem" }).ShouldNotBeNull().ShouldContain("together");
        Read(new() { Certificate = "no-such.pem", Key = "no-such.key" }).ShouldNotBeNull().ShouldContain("no-such.pem");
    }

    [Fact]
    public void A_secret_matches_itself_only_and_never_shows()
    {
        var secret = new Secret(Token);
        secret.Matches(Token).ShouldBeTrue();
        foreach (var other in new[] { "", Token[1..], Token + " ", Token.ToUpperInvariant() }) secret.Matches(other).ShouldBeFalse();
        new ServeOptions { Token = secret }.ToString().ShouldNotContain(Token);
    }

    [Fact]
    public void The_settings_come_from_file_environment_and_command_line()
    {
        var read = MeltConfiguration.Load(new()
        {
            ProgramFolder = Path.GetTempPath(),
            Environment = name => name switch { "MELT_SERVE_TOKEN" => Token, "MELT_SERVE_DRAIN" => "5 s", _ => null },
            CommandLine = new Dictionary<string, string> { ["melt.serve.bind"] = "[::1]:0" },
        }).Value.ShouldNotBeNull().Serve;
        (read.Bind, read.Drain, read.Token!.Matches(Token)).ShouldBe(("[::1]:0", TimeSpan.FromSeconds(5), true));
    }

    [Theory]
    [InlineData("7235")]
    [InlineData("localhost:7235")]
    [InlineData("127.0.0.1:99999")]
    public void An_address_that_is_none_is_refused(string bind) =>
        MeltConfiguration.Load(new() { ProgramFolder = Path.GetTempPath(), Environment = _ => null, CommandLine = new Dictionary<string, string> { ["melt.serve.bind"] = bind } }).Problems.ShouldHaveSingleItem().Text.ShouldContain("127.0.0.1:7235");

    private static string? Read(ServeOptions options) => ServeSetting.TryRead(options, out var problem) is null ? problem : null;
}
