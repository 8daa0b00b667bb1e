using MELT.Devices.Links;

namespace MELT.Devices.Tests.Preparation;

/// <summary>A link to a stand-in device that notes what is run, and dies when it is told to.</summary>
internal sealed class StandInLink(LocalLink inner, IReadOnlyDictionary<string, string> environment) : ILink
{
    private readonly List<string> _ran = [];

    public string Name => "stand-in";
    public Task<string> Lost => inner.Lost;

    /// <summary>What was run, without the shell around it.</summary>
    public IReadOnlyList<string> Ran => _ran;

    /// <summary>The link is dead from the first command on for which this holds.</summary>
    public Func<string, bool> DiesAt { get; set; } = _ => false;

    /// <summary>That command still does its work on the device; only nobody hears of it.</summary>
    public bool DiesAfterwards { get; set; }

    public async Task<ILinkProcess> StartAsync(LinkCommand command, CancellationToken stop)
    {
        var words = string.Join(' ', command.Arguments.SkipWhile(a => a != "sh").Skip(1));
        if (DiesAt(words))
        {
            DiesAt = _ => true;
            if (DiesAfterwards) { await FinishAsync(command, stop); }
            DiesAfterwards = false;
            throw new LinkException("the link has died");
        }
        _ran.Add(words);
        return await inner.StartAsync(command with { Environment = environment }, stop);
    }

    private async Task FinishAsync(LinkCommand command, CancellationToken stop)
    {
        await using var last = await inner.StartAsync(command with { Environment = environment }, stop);
        last.Input.Close();
        await last.Exit;
    }

    public Task PushAsync(string here, string there, IProgress<long>? progress, CancellationToken stop) => throw new NotSupportedException();

    public Task PullAsync(string there, string here, IProgress<long>? progress, CancellationToken stop) => throw new NotSupportedException();

    public Task<IPortForward> ForwardAsync(int port, CancellationToken stop) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
