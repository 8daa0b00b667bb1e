using System.Collections.Immutable;
using MELT.Actors.Devices.Configured;
using MELT.Actors.Experiments;
using MELT.Devices;
using MELT.Devices.Preparation;
using MELT.Devices.Preparation.Gates;

namespace MELT.Host.Configuration;

/// <summary>Reads <c>devices.conf</c>: how each device of the laboratory is reached, what runs there, what feeds it and how it is prepared. Unknown keys are errors.</summary>
public sealed class DevicesReader
{
    private const string File = "devices.conf";
    private static readonly string[] Keys = ["adb", "collect", "connect-patience", "endpoint", "engine", "folder", "gates", "link", "meters", "over", "path", "platform", "prepare", "root", "ssh", "stand-in", "supply"];

    private readonly HoconFields _told = new();

    public static Reading<DeviceCatalogue> Load(ConfigurationSources sources) =>
        HoconFiles.Load(File, sources, DeviceCatalogue.Empty, root => new DevicesReader().Read(root));

    private Reading<DeviceCatalogue> Read(HoconObject root)
    {
        _told.Known(root, "", ["devices"]);
        var devices = _told.Fields(root.Find("devices"), "devices").Select(field => Device(field.Key, field.Value)).OfType<ConfiguredDevice>().ToArray();
        return _told.Result(() => new DeviceCatalogue(devices));
    }

    private ConfiguredDevice? Device(string name, HoconValue value)
    {
        var key = $"devices.{name}";
        if (value is HoconNull || _told.Object(value, key) is not { } told) return null;      // null: the laboratory takes an entry out
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')) _told.Say(value, key, "a device's name may hold letters, digits, '-', '_' and '.', at most 64 of them");
        _told.Known(told, key, Keys);
        if (new DeviceReaches(_told).Read(told, key) is not { } reach) return null;
        var platform = _told.Word(told, key, "platform", ("android", DevicePlatform.Android), ("linux", DevicePlatform.Linux)) ?? (reach is DeviceReach.Adb ? DevicePlatform.Android : DevicePlatform.Linux);
        var device = new ConfiguredDevice(new DeviceId(name), reach)
        {
            Folder = _told.Text(told, key, "folder") ?? (platform == DevicePlatform.Android ? "/data/local/tmp/melt" : "melt"),
            Engine = Engine(told, key),
            Supply = Supply(told, key),
            Platform = platform,
            Traits = Traits(told, key, reach),
            Wishes = Wishes(told, key),
            Gates = Gates(told, key),
            Meters = new DeviceMetersReader(_told).Read(told.Find("meters"), $"{key}.meters"),
            Root = _told.Text(told, key, "root") ?? "/",
            Path = _told.Texts(told.Find("path"), $"{key}.path"),
            Collect = _told.Texts(told.Find("collect"), $"{key}.collect"),
            StandIn = _told.Text(told, key, "stand-in"),
            Patience = _told.Length(told, key, "connect-patience") ?? TimeSpan.FromSeconds(30),
        };
        Check(told, key, device);
        return device;
    }

    /// <summary>What only means something on a link over which programs can be run.</summary>
    private void Check(HoconObject told, string key, ConfiguredDevice device)
    {
        if (LinkKinds.TakesFiles(device.Reach.Kind)) return;
        foreach (var name in (string[])["collect", "connect-patience", "engine", "folder", "gates", "meters", "over", "path", "platform", "prepare", "root"])
            if (told.Find(name) is { } given and not HoconNull) _told.Say(given, $"{key}.{name}", $"is for devices on which programs can be run, not for link = {device.Reach.Kind}");
    }

    private DeviceProgram? Engine(HoconObject told, string key)
    {
        if (_told.Object(told.Find("engine"), $"{key}.engine") is not { } engine) return null;
        key = $"{key}.engine";
        _told.Known(engine, key, ["arguments", "environment", "health", "kind", "load-limit", "program"]);
        var kind = _told.Text(engine, key, "kind");
        if (kind is null || !DeviceProgram.Kinds.Contains(kind)) { _told.Say(engine.Find("kind") ?? engine, $"{key}.kind", $"must be {string.Join(", ", DeviceProgram.Kinds)}{(kind is null ? "" : Spelling.Hint(kind, DeviceProgram.Kinds))}"); return null; }
        if (_told.Text(engine, key, "program") is not { Length: > 0 } program) { _told.Say(engine, $"{key}.program", "is missing: the path of the program on the device, or its name there"); return null; }
        return new(kind, program)
        {
            Arguments = _told.Texts(engine.Find("arguments"), $"{key}.arguments"),
            Environment = _told.TextsByName(engine.Find("environment"), $"{key}.environment"),
            Health = _told.Text(engine, key, "health"),
            LoadLimit = _told.Length(engine, key, "load-limit") ?? TimeSpan.FromMinutes(10),
        };
    }

    private Supply? Supply(HoconObject told, string key)
    {
        if (_told.Text(told, key, "supply") is not { } text) return null;
        if (MELT.Devices.Preparation.Supply.TryParse(text, out var supply, out var problem)) return supply;
        _told.Say(told.Find("supply")!, $"{key}.supply", problem);
        return null;
    }

    private LinkTraits Traits(HoconObject told, string key, DeviceReach reach) => new(
        _told.Word(told, key, "over", ("usb", LinkWay.Usb), ("wifi", LinkWay.WiFi), ("ethernet", LinkWay.Ethernet), ("network", LinkWay.Network)) ?? reach switch
        {
            DeviceReach.Local => LinkWay.Local,
            DeviceReach.Adb { Target.Address: null } => LinkWay.Usb,
            _ => LinkWay.Network,
        });

    private ImmutableArray<PreparationWish> Wishes(HoconObject told, string key)
    {
        if (_told.Object(told.Find("prepare"), $"{key}.prepare") is not { } prepare) return [];
        var settings = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        Flatten(prepare, "", settings, $"{key}.prepare");
        if (PreparationWishes.TryRead(settings, out var wishes, out var problem)) return [.. wishes];
        _told.Say(prepare, $"{key}.prepare", problem);
        return [];
    }

    private void Flatten(HoconObject from, string prefix, Dictionary<string, IReadOnlyList<string>> into, string key)
    {
        foreach (var (name, value) in from.Fields)
        {
            if (value is HoconObject inner) Flatten(inner, $"{prefix}{name}.", into, key);
            else if (value is HoconText text) into[prefix + name] = [text.Text];
            else if (value is HoconArray) into[prefix + name] = _told.Texts(value, $"{key}.{prefix}{name}");
        }
    }

    private DeviceGates Gates(HoconObject told, string key)
    {
        if (_told.Object(told.Find("gates"), $"{key}.gates") is not { } gates) return new();
        key = $"{key}.gates";
        _told.Known(gates, key, ["battery", "ceiling", "start"]);
        return new()
        {
            Start = Limit(gates, key, "start", ["celsius", "patience", "place"]),
            StartPatience = (gates.Find("start") is HoconObject start ? _told.Length(start, $"{key}.start", "patience") : null) ?? TimeSpan.FromMinutes(15),
            Ceiling = Limit(gates, key, "ceiling", ["celsius", "place"]),
            Battery = Band(gates, key),
        };
    }

    private TemperatureLimit? Limit(HoconObject gates, string key, string name, string[] known)
    {
        if (_told.Object(gates.Find(name), $"{key}.{name}") is not { } limit) return null;
        _told.Known(limit, $"{key}.{name}", known);
        if (_told.Number(limit, $"{key}.{name}", "celsius") is { } celsius) return new(_told.Text(limit, $"{key}.{name}", "place") ?? TemperatureLimit.Hottest, celsius);
        _told.Say(limit, $"{key}.{name}.celsius", "is missing: how warm the place may be");
        return null;
    }

    private BatteryBand? Band(HoconObject gates, string key)
    {
        if (_told.Text(gates, key, "battery") is not { } text) return null;
        if (BatteryBand.TryParse(text, out var band, out var problem)) return band;
        _told.Say(gates.Find("battery")!, $"{key}.battery", problem);
        return null;
    }
}
