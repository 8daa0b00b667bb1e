using System.CommandLine;

namespace MELT.Host.Commands;

/// <summary><c>--dialect NAME</c>: somebody else's rule beside MELT's.</summary>
internal static class DialectOption
{
    public static Option<string?> Create()
    {
        var dialect = new Option<string?>("--dialect") { Description = $"Show beside it what somebody else's rule gives: {string.Join(", ", Dialects.Names)}", HelpName = "NAME" };
        dialect.AcceptOnlyFromAmong(Dialects.Names);
        return dialect;
    }
}
