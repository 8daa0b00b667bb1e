using MELT.Devices.Inference;
using MELT.Devices.Time;

namespace MELT.Devices.Simulation;

/// <summary>Plays one request ahead: its events, and the power and memory they take.</summary>
internal sealed class SimulatedRequest(DeviceProfile profile, SeededRandom random, PowerHistory power, MemoryHistory memory, int batchTokens)
{
    private static readonly string[] Words = [" this", " text", " is", " simulated", " and", " means", " nothing", "."];

    private readonly List<EngineEvent> _events = [];

    public List<EngineEvent> Run(EngineCommand.Request request, Stamp at)
    {
        var prompt = request.PromptTokens ?? Math.Max(1, request.Prompt!.Length / 4);
        var count = request.Generation.MaxTokens;
        _events.Add(new EngineEvent.RequestBegun(at, request.Index));
        var begun = at + Nanoseconds(profile.OverheadSeconds);
        _events.Add(new EngineEvent.PromptBegun(begun, request.Index));
        power.Set(at, profile.PrefillWatts);
        var ended = Prefill(prompt, begun);
        _events.Add(new EngineEvent.PromptEnded(ended, request.Index, prompt, prompt));
        memory.Set(ended, Bytes(prompt));

        var emitted = ended;
        for (var token = 0; token < count; token++)
        {
            emitted = token == 0 ? First(ended, request.Index) : Next(emitted, request.Index, token);
            memory.Set(emitted, Bytes(prompt + token + 1));
        }
        _events.Add(Finish(emitted, request.Index, "length", _events, new(prompt, prompt, count)));
        return _events;
    }

    /// <summary>The same request, ended by a cancellation after the last of these events.</summary>
    public static List<EngineEvent> Cancelled(List<EngineEvent> kept, EngineEvent.Finished planned)
    {
        var generated = kept.OfType<EngineEvent.Emitted>().Sum(e => e.Tokens);
        return [.. kept, Finish(kept[^1].At, planned.Request, "cancelled", kept, planned.Tokens with { Generated = generated })];
    }

    private Stamp Prefill(int tokens, Stamp at)
    {
        for (; tokens > 0; tokens -= batchTokens)
        {
            var (speed, strength) = Throttle(at);
            power.Set(at, profile.PrefillWatts * strength);
            at += Math.Max(1, Nanoseconds(Math.Min(tokens, batchTokens) / profile.PrefillTokensPerSecond / speed * Jitter(random, profile)));
        }
        return at;
    }

    private Stamp First(Stamp ended, int request)
    {
        var at = ended + Nanoseconds(profile.OverheadSeconds);
        _events.Add(new EngineEvent.Emitted(at, request, 1, Words[0]));
        return at;
    }

    private Stamp Next(Stamp before, int request, int token)
    {
        var (speed, strength) = Throttle(before);
        var gap = Math.Max(1000, Nanoseconds(Jitter(random, profile) / profile.DecodeTokensPerSecond / speed));
        var level = profile.DecodeWatts * strength;
        power.Set(before, level + profile.RippleWatts);
        power.Set(before + (long)(gap * profile.RippleFraction), level - profile.RippleWatts * profile.RippleFraction / (1 - profile.RippleFraction));
        var at = before + gap;
        var edge = Math.Min(gap / 10, Nanoseconds(profile.OverheadSeconds));
        _events.Add(new EngineEvent.Emitted(at, request, 1, Words[token % Words.Length], before + edge / 2, at + -edge));
        return at;
    }

    private (double Speed, double Strength) Throttle(Stamp at) =>
        power.CelsiusAt(at) >= profile.ThrottleCelsius ? (profile.ThrottledSpeed, profile.ThrottledPower) : (1, 1);

    private long Bytes(int tokens) => profile.ProcessBytes + profile.WeightBytes + tokens * profile.CacheBytesPerToken;

    private static EngineEvent.Finished Finish(Stamp at, int request, string stop, List<EngineEvent> events, RequestTokens tokens)
    {
        var begun = events.OfType<EngineEvent.PromptBegun>().Single().At;
        var ended = events.OfType<EngineEvent.PromptEnded>().Single().At;
        var decoded = events.OfType<EngineEvent.Emitted>().Where(e => e.EvaluationBegun is not null).ToList();
        var decode = decoded.Sum(e => e.EvaluationEnded!.Value - e.EvaluationBegun!.Value);
        return new(at, request, stop, tokens, new((ended - begun) * 1e-6, tokens.Evaluated, decode * 1e-6, decoded.Count));
    }

    /// <summary>A factor of mean 1, log-normal.</summary>
    public static double Jitter(SeededRandom random, DeviceProfile profile) => Math.Exp(profile.GapSpread * random.Normal() - profile.GapSpread * profile.GapSpread / 2);

    public static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
