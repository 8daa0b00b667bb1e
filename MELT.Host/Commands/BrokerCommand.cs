using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MELT.Sensors.Mqtt.Broker.Access;

namespace MELT.Host.Commands;

/// <summary><c>melt broker password</c>: what stands in melt.conf in place of a password.</summary>
internal static class BrokerCommand
{
    public static Command Create(SharedOptions shared)
    {
        var password = new Command("password", "Read a password from standard input and print what melt.broker.embedded.users takes as password-hash");
        password.SetAction((parsed, _) => Failure.GuardAsync(() =>
        {
            var hash = BrokerPassword.Hash(Read());
            if (parsed.GetValue(shared.Json)) Console.Out.WriteLine(JsonSerializer.Serialize(new HashedPassword(hash), BrokerJson.Default.HashedPassword));
            else Surroundings.Say(hash);
            return Task.FromResult(ExitCode.Done);
        }));
        return new Command("broker", "The broker inside MELT: passwords of its users") { password };
    }

    private static string Read()
    {
        string? password;
        if (Console.IsInputRedirected) password = Console.In.ReadLine();
        else
        {
            Console.Error.Write("password: ");
            password = Unseen();
        }
        return string.IsNullOrEmpty(password) ? throw new CommandException("there is no password: give one line on standard input, as in: head -c 24 /dev/urandom | base64 | melt broker password", ExitCode.Usage) : password;
    }

    private static string Unseen()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}

internal sealed record HashedPassword(string PasswordHash);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(HashedPassword))]
internal sealed partial class BrokerJson : JsonSerializerContext;
