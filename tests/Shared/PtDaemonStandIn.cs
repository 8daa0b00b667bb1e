using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MELT.Tests;

/// <summary>A PTDaemon on a free port: it answers as recorded ones did, and plays lines of a log as its new samples, one at each question.</summary>
internal sealed class PtDaemonStandIn : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly Queue<string[]> _samples;
    private readonly Task _running;

    /// <param name="samples">What each question for new samples is answered with; nothing new behind the last.</param>
    public PtDaemonStandIn(params string[][] samples)
    {
        _samples = new(samples);
        _listener.Start();
        _running = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public IReadOnlyCollection<string> Asked => _asked;

    /// <summary>Answers that differ from the usual ones.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    /// <summary>A direct-current analyzer knows another word.</summary>
    public string NewSamples { get; init; } = "RL";

    /// <summary>It hangs up instead of answering this.</summary>
    public string? HangsUpAt { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await AnswerAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException) { }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var questions = new StreamReader(client.GetStream());
        await using var answers = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        while (await questions.ReadLineAsync(_stop.Token) is { } question)
        {
            _asked.Enqueue(question);
            if (question == HangsUpAt) return;
            foreach (var line in Answer(question)) await answers.WriteLineAsync(line.AsMemory(), _stop.Token);
        }
    }

    private IEnumerable<string> Answer(string question)
    {
        if (Answers.TryGetValue(question, out var answer)) return [answer];
        if (question == NewSamples)
        {
            var samples = _samples.TryDequeue(out var next) ? next : [];
            return [$"Last {samples.Length} samples", .. samples];
        }
        return question.Split(',')[0] switch
        {
            "Hello" => ["Hello, PTDaemon here!"],
            "Identify" => ["YokogawaWT330E,1000,1,1,1,1,0,0,1,version=1.9.2-3976349f-20201208,OS=Windows 8 / Server 2012,mode=power,1,1,1,0,0,no_cal_date,YOKOGAWA;WT333E;C2VL22012V;F1.04"],
            "SR" => [$"Range {question.Split(',')[1]} changed"],
            "Go" => ["Starting untimed measurement, maximum 500000 samples at 1000ms with 0 rampup samples"],
            "Stop" => ["Stopping untimed measurement"],
            _ => ["Unknown command"],
        };
    }
}
