using System.Globalization;
using System.Text.RegularExpressions;

namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>A field of a message: its name and the type as the schema writes it.</summary>
internal sealed record ProtoField(int Number, string Name, string Type, bool Repeated);

/// <summary>Messages and enumerations of a .proto text, by their full names; enough of the language for perfetto's schema, whose maps are passed over.</summary>
internal sealed partial class ProtoSchema
{
    private readonly Dictionary<string, Dictionary<int, ProtoField>> _messages = [];
    private readonly Dictionary<string, Dictionary<long, string>> _enumerations = [];

    public IReadOnlyDictionary<string, Dictionary<int, ProtoField>> Messages => _messages;
    public IReadOnlyDictionary<string, Dictionary<long, string>> Enumerations => _enumerations;

    /// <summary>A schema can lie in several files that import each other.</summary>
    public static ProtoSchema Parse(params IEnumerable<string> texts)
    {
        var schema = new ProtoSchema();
        foreach (var text in texts) schema.Read(text);
        return schema;
    }

    /// <summary>The full name of a type as a message names it: the innermost scope that has one of this name.</summary>
    public string? Resolve(string message, string type)
    {
        type = type.TrimStart('.');
        foreach (var name in Scopes(message).Select(scope => scope == "" ? type : $"{scope}.{type}"))
            if (_messages.ContainsKey(name) || _enumerations.ContainsKey(name)) return name;
        return type.StartsWith("perfetto.protos.", StringComparison.Ordinal) ? Resolve(message, type["perfetto.protos.".Length..]) : null;
    }

    private static IEnumerable<string> Scopes(string message)
    {
        for (var scope = message; scope != ""; scope = scope.Contains('.') ? scope[..scope.LastIndexOf('.')] : "") yield return scope;
        yield return "";
    }

    private void Read(string text)
    {
        var tokens = Token().Matches(Comment().Replace(text, " ")).Select(t => t.Value).ToList();
        var at = 0;
        while (at < tokens.Count) Definition(tokens, ref at, "");
    }

    private void Definition(List<string> tokens, ref int at, string scope)
    {
        switch (tokens[at])
        {
            case "message": Message(tokens, ref at, scope); break;
            case "enum": Enumeration(tokens, ref at, scope); break;
            case "extend": Skip(tokens, ref at, "}"); break;
            default: Skip(tokens, ref at, ";"); break;
        }
    }

    private void Message(List<string> tokens, ref int at, string scope)
    {
        var name = scope == "" ? tokens[at + 1] : $"{scope}.{tokens[at + 1]}";
        var fields = _messages[name] = [];
        at += 3;
        Body(tokens, ref at, name, fields);
    }

    private void Body(List<string> tokens, ref int at, string name, Dictionary<int, ProtoField> fields)
    {
        while (tokens[at] != "}")
            if (tokens[at] is "message" or "enum" or "extend") Definition(tokens, ref at, name);
            else if (tokens[at] == "oneof") { at += 3; Body(tokens, ref at, name, fields); }
            else if (tokens[at] is "reserved" or "option" or "extensions" or ";") Skip(tokens, ref at, ";");
            else Field(tokens, ref at, fields);
        at++;
    }

    private static void Field(List<string> tokens, ref int at, Dictionary<int, ProtoField> fields)
    {
        if (tokens[at] == "map")
        {
            Skip(tokens, ref at, ";");
            return;
        }
        var label = tokens[at] is "optional" or "required" or "repeated" ? tokens[at++] : null;
        var field = new ProtoField(int.Parse(tokens[at + 3], CultureInfo.InvariantCulture), tokens[at + 1], tokens[at], label == "repeated");
        fields.Add(field.Number, field);
        Skip(tokens, ref at, ";");
    }

    private void Enumeration(List<string> tokens, ref int at, string scope)
    {
        var values = _enumerations[scope == "" ? tokens[at + 1] : $"{scope}.{tokens[at + 1]}"] = [];
        for (at += 3; tokens[at] != "}";)
        {
            if (tokens[at] is not ("option" or "reserved") && long.TryParse(tokens[at + 2], CultureInfo.InvariantCulture, out var number)) values[number] = tokens[at];
            Skip(tokens, ref at, ";");
        }
        at++;
    }

    private static void Skip(List<string> tokens, ref int at, string end)
    {
        while (tokens[at++] != end) { }
    }

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "[^"]*"|-?[\w.]+|[^\s\w]
        """)]
    private static partial Regex Token();
}
