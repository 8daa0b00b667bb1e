namespace MELT.Devices.Links;

/// <summary>Waits for the end of a program that was asked to end, and does not wait for ever.</summary>
internal static class ProcessEnd
{
    public static async Task EndAsync(this ILinkProcess process, TimeSpan patience)
    {
        try
        {
            await process.Exit.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.Exit;
        }
    }
}
