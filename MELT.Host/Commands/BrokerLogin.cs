using System.CommandLine;
using System.Net;
using MELT.Sensors.Mqtt.Client;

namespace MELT.Host.Commands;

/// <summary>How verbs that publish to a broker of somebody else name it and log in there: <c>--broker</c>, <c>--user</c>, <c>--password-file</c>, or their variables.</summary>
internal sealed class BrokerLogin(string userVariable, string passwordVariable)
{
    public Option<string> Broker { get; } = new("--broker") { Description = "The laboratory's broker, mqtts:// over TLS; user and password may stand in it, where other users of this machine can read them", HelpName = "mqtt://HOST:PORT", Required = true };
    public Option<string?> User { get; } = new("--user") { Description = $"User at the broker (default: ${userVariable}, else that of the address)", HelpName = "NAME" };
    public Option<string?> PasswordFile { get; } = new("--password-file") { Description = $"File whose first line is the password (default: ${passwordVariable}, else that of the address)", HelpName = "FILE" };

    public MqttClientOptions Read(ParseResult parsed)
    {
        var broker = MqttClient.ParseUrl(parsed.GetValue(Broker)!);
        var user = parsed.GetValue(User) ?? Variable(userVariable) ?? broker.UserName;
        var password = (parsed.GetValue(PasswordFile) is { } file ? File.ReadLines(file).FirstOrDefault() ?? throw new CommandException($"--password-file: {file} is empty", ExitCode.Usage) : null) ?? Variable(passwordVariable) ?? broker.Password;
        return broker with { UserName = user, Password = password };
    }

    public static bool IsThisMachine(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
