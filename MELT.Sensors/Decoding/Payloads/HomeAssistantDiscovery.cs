using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Decoding.Payloads;

/// <summary>
/// Home Assistant's MQTT discovery: the retained message on <c>homeassistant/sensor/…/config</c> or <c>homeassistant/device/…/config</c>, with keys in full or
/// abbreviated and <c>~</c> for the base topic. It describes; it tells no values. Only sensors are read. Source: home-assistant.io, MQTT, "Discovery messages".
/// </summary>
public static class HomeAssistantDiscovery
{
    private const int LongestText = 1024;

    private static readonly FrozenDictionary<string, string> Quantities = new Dictionary<string, string>
    {
        ["power"] = "power",
        ["apparent_power"] = "apparent-power",
        ["reactive_power"] = "reactive-power",
        ["power_factor"] = "ratio",
        ["energy"] = "energy",
        ["voltage"] = "voltage",
        ["current"] = "current",
        ["temperature"] = "temperature",
        ["frequency"] = "frequency",
        ["battery"] = "ratio",
        ["data_size"] = "memory",
        ["duration"] = "duration",
        ["pressure"] = "pressure",
        ["atmospheric_pressure"] = "pressure",
        ["illuminance"] = "illuminance",
        ["humidity"] = "humidity",
    }.ToFrozenDictionary();

    public static bool IsTopic(string topic) => topic.EndsWith("/config", StringComparison.Ordinal) && topic.Split('/') is [_, "sensor" or "device", _, ..] and { Length: 4 or 5 };

    public static DiscoveryResult Read(string topic, ReadOnlySpan<byte> payload)
    {
        if (topic.Length > LongestText || !IsTopic(topic)) return Reject(Rejection.Shape, "the topic is not PREFIX/sensor|device/…/config");
        if (payload.IsEmpty) return new DiscoveryResult.Removed();
        if (payload.Length > PayloadLimits.LongestPayload) return Reject(Rejection.TooLarge, $"a payload holds at most {PayloadLimits.LongestPayload} bytes");
        var budget = new FieldList(payload.Length);
        var components = new List<Entity>();
        var root = new Entity { Id = topic.Split('/')[^2] };
        try
        {
            var json = JsonMessage.Reader(payload, PayloadLimits.DeepestNesting);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject) return Reject(Rejection.Shape, $"the payload is {JsonMessage.Kind(json.TokenType)}, expected an object");
            if (!Members(ref json, ref root, components, budget)) return new DiscoveryResult.Rejected(budget.Rejection!);
            json.Read();
        }
        catch (Exception e) when (JsonMessage.IsSyntax(e)) { return new DiscoveryResult.Rejected(JsonMessage.Syntax(e)); }
        return topic.Split('/')[1] == "sensor" ? Single(root) : Several(root, components);
    }

    private static DiscoveryResult Single(in Entity root) =>
        root.Describe(out var sensor, out var rejection) ? new DiscoveryResult.Found([sensor!], []) : new DiscoveryResult.Rejected(rejection!);

    private static DiscoveryResult Several(Entity root, List<Entity> components)
    {
        var (found, skipped) = (ImmutableArray.CreateBuilder<DiscoveredSensor>(), ImmutableArray.CreateBuilder<Rejection>());
        foreach (var component in components)
        {
            if (component.Platform != "sensor") continue;
            var whole = component with { StateTopic = component.StateTopic ?? root.StateTopic, Base = component.Base ?? root.Base };
            if (whole.Describe(out var sensor, out var rejection)) found.Add(sensor!);
            else skipped.Add(rejection!);
        }
        return found.Count > 0 ? new DiscoveryResult.Found(found.ToImmutable(), skipped.ToImmutable())
            : skipped.Count > 0 ? new DiscoveryResult.Rejected(skipped[0])
            : Reject(Rejection.Shape, "no component of the device is a sensor");
    }

    private static bool Members(ref Utf8JsonReader json, ref Entity entity, List<Entity>? components, FieldList budget)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var key = Key(json.ValueSpan);
            if (key == EntityKey.Components && components is not null)
            {
                json.Read();
                if (json.TokenType != JsonTokenType.StartObject) return budget.Reject(Rejection.Shape, "components is no object");
                while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                {
                    if (!budget.Charge(400) || !Text(ref json, "the name of a component", budget, out var id)) return false;
                    var component = new Entity { Id = id };
                    json.Read();
                    if (json.TokenType != JsonTokenType.StartObject) return budget.Reject(Rejection.Shape, $"component {JsonMessage.Quote(id!)} is no object");
                    if (!Members(ref json, ref component, null, budget)) return false;
                    components.Add(component);
                }
                continue;
            }
            json.Read();
            if (key is EntityKey.Other or EntityKey.Components || json.TokenType == JsonTokenType.Null) { json.Skip(); continue; }
            if (json.TokenType != JsonTokenType.String) return budget.Reject(Rejection.Shape, $"{key} is {JsonMessage.Kind(json.TokenType)}, expected a string");
            if (!Text(ref json, key.ToString(), budget, out var text)) return false;
            entity.Set(key, text!);
        }
        return true;
    }

    private static bool Text(ref Utf8JsonReader json, string what, FieldList budget, out string? text)
    {
        text = null;
        if (json.ValueSpan.Length > LongestText) return budget.Reject(Rejection.TooLarge, $"{what} is longer than {LongestText} bytes");
        if (!budget.Charge(24 + 2 * json.ValueSpan.Length)) return false;
        text = json.GetString();
        return true;
    }

    private static EntityKey Key(ReadOnlySpan<byte> name) => System.Text.Ascii.IsValid(name) && name.Length <= 32 ? System.Text.Encoding.ASCII.GetString(name) switch
    {
        "~" => EntityKey.Base,
        "state_topic" or "stat_t" => EntityKey.StateTopic,
        "value_template" or "val_tpl" => EntityKey.Template,
        "unit_of_measurement" or "unit_of_meas" => EntityKey.Unit,
        "device_class" or "dev_cla" => EntityKey.DeviceClass,
        "state_class" or "stat_cla" => EntityKey.StateClass,
        "unique_id" or "uniq_id" => EntityKey.Id,
        "name" => EntityKey.Name,
        "platform" or "p" => EntityKey.Platform,
        "components" or "cmps" => EntityKey.Components,
        _ => EntityKey.Other,
    } : EntityKey.Other;

    private static DiscoveryResult.Rejected Reject(string code, string text) => new(new Rejection(code, text));

    private enum EntityKey { Other, Base, StateTopic, Template, Unit, DeviceClass, StateClass, Id, Name, Platform, Components }

    private record struct Entity
    {
        public string? Base, StateTopic, Template, Unit, DeviceClass, StateClass, Id, Name, Platform;

        public void Set(EntityKey key, string text)
        {
            switch (key)
            {
                case EntityKey.Base: Base = text; break;
                case EntityKey.StateTopic: StateTopic = text; break;
                case EntityKey.Template: Template = text; break;
                case EntityKey.Unit: Unit = text; break;
                case EntityKey.DeviceClass: DeviceClass = text; break;
                case EntityKey.StateClass: StateClass = text; break;
                case EntityKey.Id: Id = text; break;
                case EntityKey.Name: Name = text; break;
                case EntityKey.Platform: Platform = text; break;
            }
        }

        public readonly bool Describe(out DiscoveredSensor? sensor, out Rejection? rejection)
        {
            (sensor, rejection) = (null, null);
            string? path = null;
            var topic = StateTopic;
            if (topic is ['~', .. var rest]) topic = Base + rest;
            else if (topic is [.. var start, '~']) topic = start + Base;
            if (string.IsNullOrEmpty(topic) || topic.AsSpan().IndexOfAny('+', '#', '\0') >= 0) rejection = new(Rejection.Shape, "there is no state_topic that could be a topic");
            else if (Template is not null && !ValueTemplate.TryParse(Template, out path, out var problem)) rejection = new(Rejection.Shape, problem);
            if (rejection is not null) return false;
            var unit = Unit is not null && PayloadUnits.TryFind(Unit.Trim(), out var known) ? known : null;
            var quantity = DeviceClass is null ? null : Quantities.GetValueOrDefault(DeviceClass);
            if (quantity == "humidity" && unit?.Symbol == "%") PayloadUnits.TryFind("%RH", out unit);
            if (unit is not null && quantity is not null && unit.Quantity != quantity)
            {
                rejection = new(Rejection.Invalid, $"device class {DeviceClass} and unit {unit.Symbol} contradict each other");
                return false;
            }
            SensorKind? kind = StateClass is "total" or "total_increasing" ? SensorKind.Accumulated : null;
            sensor = new(Id ?? "", Name, topic!, string.IsNullOrEmpty(path) ? null : path, unit?.Symbol ?? Unit, quantity ?? unit?.Quantity, kind);
            return true;
        }
    }
}
