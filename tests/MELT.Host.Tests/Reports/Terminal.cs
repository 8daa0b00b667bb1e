using MELT.Host.Reports;
using Spectre.Console;

namespace MELT.Host.Tests.Reports;

/// <summary>What a terminal without colour shows.</summary>
internal static class Terminal
{
    public static string Shows(ResultsDocument document, int width)
    {
        var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(written) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        TerminalReport.Show(document, console);
        return written.ToString();
    }
}
