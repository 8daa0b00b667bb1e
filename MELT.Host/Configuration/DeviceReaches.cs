using MELT.Actors.Devices.Configured;
using MELT.Actors.Experiments;
using MELT.Devices.Inference.OpenAi;
using MELT.Devices.Links.Adb;
using MELT.Devices.Links.Ssh;

namespace MELT.Host.Configuration;

/// <summary>Reads how a device is reached: <c>link</c>, and the block of that name.</summary>
internal sealed class DeviceReaches(HoconFields told)
{
    private static readonly string[] Kinds = [LinkKinds.Local, LinkKinds.Adb, LinkKinds.Ssh, LinkKinds.Endpoint, LinkKinds.Agent];
    private const int HighestPort = 65_535;

    public DeviceReach? Read(HoconObject device, string key)
    {
        var kind = told.Text(device, key, "link");
        if (kind is null || !Kinds.Contains(kind))
        {
            told.Say(device.Find("link") ?? device, $"{key}.link", $"must be {string.Join(", ", Kinds)}{(kind is null ? "" : Spelling.Hint(kind, Kinds))}");
            return null;
        }
        foreach (var other in (string[])[LinkKinds.Adb, LinkKinds.Ssh, LinkKinds.Endpoint])
            if (other != kind && device.Find(other) is { } given and not HoconNull) told.Say(given, $"{key}.{other}", $"is not read, since link = {kind}");
        var (at, block) = ($"{key}.{kind}", told.Object(device.Find(kind), $"{key}.{kind}"));
        return kind switch
        {
            LinkKinds.Local => new DeviceReach.Local(),
            LinkKinds.Agent => new DeviceReach.Agent(),
            LinkKinds.Adb => Adb(block ?? new HoconObject(device.At, new Dictionary<string, HoconValue>()), at),
            _ when block is null => Missing(device, at),
            LinkKinds.Ssh => Ssh(block, at),
            _ => Endpoint(block, at),
        };
    }

    private DeviceReach.Adb Adb(HoconObject block, string key)
    {
        told.Known(block, key, ["address", "program", "serial", "server-port"]);
        var server = new AdbServer();
        return new(new AdbTarget(told.Text(block, key, "serial"))
        {
            Address = told.Text(block, key, "address"),
            Server = server with { Program = told.Text(block, key, "program") ?? server.Program, Port = told.Whole(block, key, "server-port", 1, HighestPort) ?? server.Port },
        });
    }

    private DeviceReach? Ssh(HoconObject block, string key)
    {
        told.Known(block, key, ["configuration", "host", "identity", "known-hosts", "options", "port", "program", "user"]);
        if (told.Text(block, key, "host") is not { Length: > 0 } host) return Missing(block, $"{key}.host");
        return new DeviceReach.Ssh(new SshTarget(host)
        {
            Port = told.Whole(block, key, "port", 1, HighestPort),
            User = told.Text(block, key, "user"),
            IdentityFile = told.Text(block, key, "identity"),
            KnownHostsFile = told.Text(block, key, "known-hosts"),
            ConfigurationFile = told.Text(block, key, "configuration"),
            Options = told.Texts(block.Find("options"), $"{key}.options"),
            Program = told.Text(block, key, "program") ?? "ssh",
        });
    }

    private DeviceReach? Endpoint(HoconObject block, string key)
    {
        told.Known(block, key, ["api", "body", "connect-limit", "first-token-limit", "headers", "key", "model", "stall-limit", "url"]);
        if (told.Text(block, key, "url") is not { Length: > 0 } text) return Missing(block, $"{key}.url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            told.Say(block.Find("url")!, $"{key}.url", $"must be an address such as http://127.0.0.1:8080/v1, not '{text}'");
            return null;
        }
        var usual = new OpenAiEndpoint(url);
        return new DeviceReach.Endpoint(usual with
        {
            Model = told.Text(block, key, "model"),
            ApiKey = told.Text(block, key, "key"),
            Api = told.Word(block, key, "api", ("chat", OpenAiApi.Chat), ("completions", OpenAiApi.Completions)) ?? usual.Api,
            Headers = told.TextsByName(block.Find("headers"), $"{key}.headers"),
            Body = told.TextsByName(block.Find("body"), $"{key}.body"),
            ConnectLimit = told.Length(block, key, "connect-limit") ?? usual.ConnectLimit,
            FirstTokenLimit = told.Length(block, key, "first-token-limit") ?? usual.FirstTokenLimit,
            StallLimit = told.Length(block, key, "stall-limit") ?? usual.StallLimit,
        });
    }

    private DeviceReach? Missing(HoconValue at, string key)
    {
        told.Say(at, key, "is missing");
        return null;
    }
}
