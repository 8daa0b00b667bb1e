using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Mqtt.Client;

/// <summary>Brokers written as <c>mqtt://user:password@host:port</c> or <c>mqtts://…</c>, with <c>?client=ID</c> and <c>?version=3.1.1|5</c>.</summary>
internal static class MqttUrl
{
    public static MqttClientOptions Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("mqtt" or "mqtts" or "tcp") || uri.Host.Length == 0)
            throw Wrong("it does not have the form mqtt://user:password@host:port");
        if (uri.AbsolutePath is not ("" or "/")) throw Wrong($"nothing may follow the port, but '{uri.AbsolutePath}' does");
        var tls = uri.Scheme == "mqtts";
        var user = uri.UserInfo.Split(':', 2);
        var options = new MqttClientOptions
        {
            Host = uri.Host.Trim('[', ']'),
            Port = uri.Port > 0 ? uri.Port : tls ? 8883 : 1883,
            Tls = tls,
            UserName = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
        };
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            options = Uri.UnescapeDataString(pair).Split('=', 2) switch
            {
                ["client", { Length: > 0 } id] => options with { ClientId = id },
                ["version", "5" or "5.0"] => options with { Version = MqttVersion.V5 },
                ["version", "3.1.1"] => options with { Version = MqttVersion.V311 },
                _ => throw Wrong($"'{pair}' is neither client=ID nor version=3.1.1 or version=5"),
            };
        return options;
    }

    /// <summary>Does not repeat the address: it may carry a password.</summary>
    private static MqttException Wrong(string why) => new($"The address of the MQTT broker cannot be used: {why}.");
}
