using System.Text;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>What a process writes on one stream, line by line, and who waits for a word in it.</summary>
internal sealed class Transcript
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Part, TaskCompletionSource<string?> Heard)> _waiting = [];
    private bool _ended;

    public string Text
    {
        get { lock (_text) return _text.ToString(); }
    }

    public async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line) Add(line);
        lock (_text)
        {
            _ended = true;
            foreach (var (_, heard) in _waiting) heard.TrySetResult(null);
        }
    }

    /// <summary>The first line with this in it; null when the stream ended without one.</summary>
    public Task<string?> HasAsync(string part)
    {
        lock (_text)
        {
            if (_lines.Find(line => line.Contains(part, StringComparison.Ordinal)) is { } line) return Task.FromResult<string?>(line);
            if (_ended) return Task.FromResult<string?>(null);
            var heard = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((part, heard));
            return heard.Task;
        }
    }

    private void Add(string line)
    {
        lock (_text)
        {
            _text.Append(line).Append('\n');
            _lines.Add(line);
            foreach (var (part, heard) in _waiting)
                if (line.Contains(part, StringComparison.Ordinal)) heard.TrySetResult(line);
        }
    }
}
