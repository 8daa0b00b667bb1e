using MELT.Devices.Time;

namespace MELT.Devices.Inference.OpenAi;

/// <summary>
/// Asks a server and tells what it answers, when it arrives here. s is the first byte of the request written on an open connection, e_i the
/// arrival of the bytes that complete a chunk with tokens; when the server evaluated the prompt is not known and not told.
/// </summary>
internal sealed class OpenAiConversation(OpenAiEndpoint endpoint, HostClock clock, Func<EngineEvent, ValueTask> tell) : IDisposable
{
    private const string Done = "[DONE]";

    /// <summary>After its last word a server gets this long to end the answer, so that the connection can be used again.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly OpenAiConnection _connection = new(endpoint, clock);
    private ServerIdentity? _server;
    private bool _asksUsage = true;

    public double? ConnectMilliseconds => _connection.Wire.ConnectMilliseconds;

    /// <summary>Who answers there; the connection stands afterwards. Throws <see cref="ServerFailure"/>.</summary>
    public async Task<ServerIdentity> MeetAsync(CancellationToken stop) => _server = await ServerIdentity.AskAsync(_connection, endpoint, stop);

    /// <summary>Whether a path of the server answers with success.</summary>
    public async Task<bool> AnswersAsync(string path, CancellationToken stop) => (await _connection.AskAsync(endpoint.AtRoot(path), stop)).Status is >= 200 and < 300;

    /// <summary>One request from s to its end; always ends with <see cref="EngineEvent.Finished"/>, and never throws but when nobody can be told.</summary>
    public async Task AnswerAsync(EngineCommand.Request request, string model, CancellationToken cancelled)
    {
        var count = new AnswerCount();
        var (stop, at) = ("", default(Stamp?));
        try
        {
            (stop, at) = await StreamAsync(request, model, count, cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            stop = "cancelled";
        }
        catch (ServerFailure failure)
        {
            await tell(new EngineEvent.Failed(clock.Now, request.Index, failure.Code, _connection.Redact(failure.Message)));
            stop = "failed";
        }
        await tell(new EngineEvent.Finished(at ?? clock.Now, request.Index, stop, stop is "cancelled" or "failed" ? count.SoFar : count.Whole, count.Counters));
    }

    public void Dispose() => _connection.Dispose();

    private async Task<(string Stop, Stamp At)> StreamAsync(EngineCommand.Request request, string model, AnswerCount count, CancellationToken cancelled)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        patience.CancelAfter(endpoint.FirstTokenLimit);
        var (finish, ended, done) = (default(string), default(Stamp?), false);
        EngineEvent.Emitted? pending = null;
        try
        {
            using var response = await HandOverAsync(request, model, patience.Token, cancelled);
            var (at, connect) = _connection.Wire.Written;
            await tell(new EngineEvent.RequestBegun(at ?? clock.Now, request.Index, connect));
            await using var stream = await response.Content.ReadAsStreamAsync(patience.Token);
            var (events, buffer) = (new SseReader(), new byte[16_384]);
            while (await NextAsync() is > 0 and var read)
            {
                var arrived = _connection.Wire.Read;
                foreach (var data in events.Read(buffer.AsSpan(0, read))) { done = done || await TakeAsync(data, arrived); }
                if (!done && events.Broken is { } broken) { throw new ServerFailure(ServerFailure.Protocol, $"The stream holds {broken}."); }
                if (done) { patience.CancelAfter(Farewell); }
                else if (count.Emitted > 0) { patience.CancelAfter(endpoint.StallLimit); }
            }
            if (!done)
            {
                var last = events.End(out var rest);
                done = last is not null && await TakeAsync(last, _connection.Wire.Read);
                if (!done && finish is null) { throw new ServerFailure(ServerFailure.Cut, $"The stream ended {rest ?? "before the answer did"}."); }
            }
            return Ended();

            // What is left of one reading of the socket is there without waiting; nobody waits for the next with a token in hand.
            async ValueTask<int> NextAsync()
            {
                var reading = stream.ReadAsync(buffer, patience.Token);
                if (!reading.IsCompleted) { await FlushAsync(); }
                return await reading;
            }
        }
        catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
        {
            return done || finish is not null ? Ended() : throw new ServerFailure(ServerFailure.Stalled, count.Emitted == 0
                ? $"No token came within {endpoint.FirstTokenLimit.TotalSeconds} s." : $"Nothing came for {endpoint.StallLimit.TotalSeconds} s.");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return done || finish is not null ? Ended() : throw new ServerFailure(ServerFailure.Cut, $"The stream was cut: {e.Message}");
        }
        finally
        {
            await FlushAsync();
        }

        // What came with one reading of the socket became visible at once: gaps of nothing between its chunks are nobody's.
        async ValueTask EmitAsync(EngineEvent.Emitted next)
        {
            if (pending is { } last && last.At == next.At && last.Reasoning == next.Reasoning)
            {
                pending = last with { Tokens = last.Tokens + next.Tokens, Text = last.Text + next.Text };
                return;
            }
            await FlushAsync();
            pending = next;
        }

        async ValueTask FlushAsync()
        {
            if (pending is not { } last) { return; }
            pending = null;
            await tell(last);
        }

        (string, Stamp) Ended() => (Reason(finish, count, request), ended ?? clock.Now);

        async ValueTask<bool> TakeAsync(string data, Stamp arrived)
        {
            if (data.AsSpan().Trim() is Done) { return true; }
            ended = arrived;
            if (string.IsNullOrWhiteSpace(data)) { return false; }
            var chunk = ServerChunk.TryParse(data) ?? throw new ServerFailure(ServerFailure.Protocol, $"The server sent what is no JSON object: {ServerWords.Shorten(data)}");
            if (count.Add(chunk) is { } tokens) { await EmitAsync(new(arrived, request.Index, tokens, chunk.Reasoning + chunk.Text, Reasoning: chunk is { Text: null, Reasoning: not null })); }
            if (chunk.Error is { } error) { throw new ServerFailure(ServerFailure.Refused, $"The server gave up: {error}"); }
            finish = chunk.FinishReason ?? finish;
            return finish is "error" or "abort" ? throw new ServerFailure(ServerFailure.Refused, $"The server ended the answer with '{finish}'.") : false;
        }
    }

    /// <summary>The head of a streamed answer. A server that refuses to be asked for usage is asked once more without, and then no more.</summary>
    private async Task<HttpResponseMessage> HandOverAsync(EngineCommand.Request request, string model, CancellationToken limit, CancellationToken cancelled)
    {
        while (true)
        {
            var (path, body) = RequestBody.Of(request, model, endpoint, _server ??= await MeetAsync(cancelled), _asksUsage);
            var response = await _connection.PostAsync(path, body, limit, cancelled);
            if (Streams(response)) { return response; }
            using (response)
            {
                var words = ServerWords.OfBody(await OpenAiConnection.WordsAsync(response, limit));
                if (response.IsSuccessStatusCode) { throw new ServerFailure(ServerFailure.Protocol, $"The server answered with {Kind(response)} instead of a stream of events: {words}"); }
                if (!_asksUsage || (int)response.StatusCode is not (400 or 422)) { throw new ServerFailure(ServerFailure.Refused, $"The server answered {(int)response.StatusCode}: {words}"); }
                _asksUsage = false;
            }
        }
    }

    private static bool Streams(HttpResponseMessage response) =>
        response.IsSuccessStatusCode && response.Content.Headers.ContentEncoding.All(e => e == "identity") && response.Content.Headers.ContentType?.MediaType is "text/event-stream" or null;

    private static string Kind(HttpResponseMessage response) => string.Join(' ', response.Content.Headers.ContentEncoding.Append(response.Content.Headers.ContentType?.MediaType ?? "bytes"));

    /// <summary>OpenAI's <c>stop</c> is both an end of sequence and a stop string; it is the latter only where there are such.</summary>
    private static string Reason(string? finish, AnswerCount count, EngineCommand.Request request) => finish switch
    {
        "length" or "max_tokens" => "length",
        "stop" when request.Generation.Stop.Count > 0 => "stop",
        "content_filter" => "stop",
        null when count.Whole.Generated >= request.Generation.MaxTokens => "length",
        _ => "end",
    };
}
