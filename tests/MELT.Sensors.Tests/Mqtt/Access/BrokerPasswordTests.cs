using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Sensors.Tests.Mqtt.Access;

public sealed class BrokerPasswordTests
{
    private static bool Matches(BrokerPassword password, string offered) => password.Matches(System.Text.Encoding.UTF8.GetBytes(offered));

    [Fact]
    public void A_hashed_password_is_known_by_its_hash_alone()
    {
        var text = BrokerPassword.Hash("pässword", 1000);
        text.ShouldStartWith("pbkdf2-sha256$1000$");
        text.ShouldNotContain("pässword");
        BrokerPassword.Hash("pässword", 1000).ShouldNotBe(text, "every hash has a salt of its own");
        var password = BrokerPassword.Parse(text).ShouldNotBeNull();
        password.Recognises("pässword"u8).ShouldBeFalse();
        Matches(password, "password").ShouldBeFalse();
        Matches(password, "pässword").ShouldBeTrue();
        password.Recognises("pässword"u8).ShouldBeTrue("the second login does not cost the iterations again");
        Matches(password, "").ShouldBeFalse();
    }

    /// <summary>As hashlib.pbkdf2_hmac of Python makes it.</summary>
    [Fact]
    public void Another_program_may_make_the_hash() =>
        Matches(BrokerPassword.Parse("pbkdf2-sha256$1000$TmFDbC1vZi04$Bzjy+S2zoF+NpVtT5Syjw5TuCn1x3wHp+mkw7rljkTk=").ShouldNotBeNull(), "Password").ShouldBeTrue();

    [Fact]
    public void A_plain_password_is_compared_as_it_is()
    {
        Matches(BrokerPassword.Plain("s3cret"), "s3cret").ShouldBeTrue();
        Matches(BrokerPassword.Plain("s3cret"), "s3cre").ShouldBeFalse();
        BrokerPassword.Plain("s3cret").ToString().ShouldNotContain("s3cret");
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("pbkdf2-sha256$1000$c2FsdHNhbHQ=")]
    [InlineData("pbkdf2-sha256$10$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256$99999999$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha512$1000$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256$1000$c2FsdHNhbHQ=$AAAA")]
    [InlineData("pbkdf2-sha256$1000$!$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_not_a_hash_is_not_taken_for_one(string text) => BrokerPassword.Parse(text).ShouldBeNull();
}
