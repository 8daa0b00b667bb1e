using System.CommandLine;

namespace MELT.Host.Commands;

/// <summary>The root of the command line: every verb, a line each; what all of them share.</summary>
internal static class MeltCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var dashes = Array.IndexOf(args, "--");
        var (own, wrapped) = dashes < 0 ? (args, []) : (args[..dashes], args[(dashes + 1)..]);
        var root = new RootCommand("MELT runs language models on devices, watches them with power meters and other sensors, and answers with a stated uncertainty.");
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        var shared = new SharedOptions();
        shared.AddTo(root);
        root.Subcommands.Add(QuickstartCommand.Create(shared));
        var commandLine = "melt " + string.Join(' ', args.Select(a => Quoted(Actors.Journal.JournalLocation.WithoutPassword(a))));
        root.Subcommands.Add(RunCommand.Create(shared, wrapped, commandLine));
        root.Subcommands.Add(ImportCommand.Create(shared, commandLine));
        root.Subcommands.Add(ListCommand.Create(shared));
        root.Subcommands.Add(ShowCommand.Create(shared));
        root.Subcommands.Add(ReplayCommand.Create(shared));
        root.Subcommands.Add(ReportCommand.Create(shared));
        root.Subcommands.Add(ExportCommand.Create(shared));
        root.Subcommands.Add(DevicesCommand.Create(shared));
        root.Subcommands.Add(SensorsCommand.Create(shared, commandLine));
        root.Subcommands.Add(BrokerCommand.Create(shared));
        root.Subcommands.Add(JournalCommand.Create(shared));
        root.Subcommands.Add(ServeCommand.Create(shared));
        root.Subcommands.Add(ClusterCommand.Create(shared));
        root.Subcommands.Add(DoctorCommand.Create(shared));
        root.Subcommands.Add(ModelCommand.Create(shared));
        root.Subcommands.Add(SelftestCommand.Create(shared));
        root.Subcommands.Add(SchemaCommand.Create());
        var agent = AgentServeCommand.Create(shared, wrapped);
        root.Subcommands.Add(AgentCommand.Create(agent));

        var parsed = root.Parse(own);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Console.Error.WriteLine($"melt: {error.Message}");
            Console.Error.WriteLine($"melt {string.Join(' ', parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name })} --help shows what it takes.".Replace("  ", " ", StringComparison.Ordinal));
            return ExitCode.Usage;
        }
        if (wrapped.Length > 0 && parsed.CommandResult.Command.Name != "run" && parsed.CommandResult.Command != agent)
        {
            Console.Error.WriteLine("melt: only \"melt run\" and \"melt agent serve\" take a command after --, as in: melt run -- sleep 5");
            return ExitCode.Usage;
        }
        // melt serve, melt agent serve and melt sensors bridge listen to signals themselves: two of them mean something else than one.
        TimeSpan? patience = (parsed.CommandResult.Command.Name is ServeCommand.Name or SensorsBridgeCommand.Name) ? null : TimeSpan.FromMinutes(5);
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = patience });
    }

    private static string Quoted(string argument) => argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\' or '$' or '*' or '?')
        ? argument
        : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}

/// <summary>How MELT ends.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
}
