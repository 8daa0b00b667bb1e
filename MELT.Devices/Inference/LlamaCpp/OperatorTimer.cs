using System.Diagnostics;
using System.Runtime.InteropServices;
using MELT.Devices.Inference.LlamaCpp.Native;

namespace MELT.Devices.Inference.LlamaCpp;

/// <summary>
/// Times every operator by llama.cpp's evaluation callback, which is called before and after each node of a graph. llama.cpp then evaluates node by node
/// and waits for each, and fuses none: it is slower than when nobody looks, and the times are of operators that stand alone.
/// </summary>
internal sealed unsafe class OperatorTimer : IDisposable
{
    /// <summary>An event tells of so many evaluations at most: an event is a line, and a line has an end.</summary>
    private const int MostGraphs = 2_048;

    private static readonly HashSet<string> Nothing = ["NONE", "RESHAPE", "VIEW", "PERMUTE", "TRANSPOSE"];

    /// <summary>Where a ggml_tensor with what the library keeps beside it takes so many bytes, its fields lie as <see cref="LlamaNative.BufferOf"/> reads them.</summary>
    private const int TensorBytes = 368;

    private readonly Dictionary<nint, (string Text, bool Computes)> _operators = [];
    private readonly Dictionary<nint, string?> _devices = [];
    private readonly List<Profile> _profiles = [];
    private readonly Stopwatch _wall = new();
    private GCHandle _self;
    private ProcessorTime? _threads;
    private Node _node;
    private long _begun, _processor;
    private int _place, _evaluations;
    private bool _unusable;

    /// <summary>Null when this library's tensors can be looked into, otherwise why not.</summary>
    public static string? Objection() => LlamaNative.TensorBytes() is var bytes && bytes == TensorBytes ? null
        : FormattableString.Invariant($"operators cannot be timed: this llama.cpp takes {bytes} bytes for a tensor and {TensorBytes} are known");

    public OperatorTimer() => _self = GCHandle.Alloc(this);

    /// <summary>For llama_context_params: cb_eval and its user data.</summary>
    public (nint Callback, nint State) Hook => ((nint)(delegate* unmanaged<nint, byte, nint, byte>)&Look, GCHandle.ToIntPtr(_self));

    /// <summary>The threads whose processor time counts; null: nobody knows it.</summary>
    public void Watch(ProcessorTime? threads) => _threads = threads;

    /// <summary>What comes now belongs to this phase.</summary>
    public void Enter(string phase) => _profiles.Add(new(phase));

    /// <summary>An evaluation begins.</summary>
    public void Begin()
    {
        if (_profiles.Count > 0 && _profiles[^1].Graphs.Count == MostGraphs) { Enter(_profiles[^1].Phase); }
        _place = TensorPlaces.Input;
        _wall.Restart();
    }

    /// <summary>It is over, and went well.</summary>
    public void End(int tokens)
    {
        _wall.Stop();
        if (_profiles.Count == 0) { return; }
        _profiles[^1].Graphs.Add(new(_evaluations++, Nanoseconds(_wall.ElapsedTicks), tokens));
    }

    /// <summary>What was timed since the last time, phase by phase.</summary>
    public IEnumerable<EngineEvent.OperatorsProfiled> Take(Func<Time.Stamp> now, int request)
    {
        Profile[] told = _unusable ? [] : [.. _profiles.Where(p => p.Graphs.Count > 0)];
        _profiles.Clear();
        _evaluations = 0;
        return told.Select(p => new EngineEvent.OperatorsProfiled(now(), request, p.Phase, p.Graphs,
        [
            .. from row in p.Rows
               orderby row.Value.Wall descending, row.Key.Place
               select new ProfiledOperator(row.Key.Operator, TensorPlaces.Name(row.Key.Place), row.Key.Device, row.Value.Calls, row.Value.Wall, _threads is null ? null : row.Value.Processor),
        ]));
    }

    public void Dispose()
    {
        if (_self.IsAllocated) { _self.Free(); }
    }

    /// <summary>Asked before a node whether it is to be looked at (what only renames memory is not), told after it.</summary>
    [UnmanagedCallersOnly]
    private static byte Look(nint tensor, byte asks, nint state)
    {
        var timer = (OperatorTimer)GCHandle.FromIntPtr(state).Target!;
        try
        {
            return asks != 0 ? timer.Before(tensor) : timer.After();
        }
        catch (EntryPointNotFoundException)
        {
            // Nothing may be thrown into llama.cpp; a library that lacks a function tells of no operators.
            timer._unusable = true;
            return 0;
        }
    }

    private byte Before(nint tensor)
    {
        var (name, computes) = Operator(LlamaNative.OperatorName(tensor));
        _place = TensorPlaces.Of(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(LlamaNative.TensorName(tensor)), _place);
        if (!computes) { return 0; }
        _node = new(name, _place, Device(LlamaNative.BufferOf(tensor)));
        _processor = _threads?.Nanoseconds() ?? 0;
        _begun = Stopwatch.GetTimestamp();
        return 1;
    }

    private byte After()
    {
        var wall = Nanoseconds(Stopwatch.GetTimestamp() - _begun);
        var processor = (_threads?.Nanoseconds() ?? 0) - _processor;
        if (_profiles.Count > 0)
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(_profiles[^1].Rows, _node, out _);
            row = new(row.Calls + 1, row.Wall + wall, row.Processor + processor);
        }
        return 1;
    }

    private (string Text, bool Computes) Operator(nint name)
    {
        if (_operators.TryGetValue(name, out var known)) { return known; }
        var text = Marshal.PtrToStringUTF8(name) ?? "?";
        return _operators[name] = (text, !Nothing.Contains(text));
    }

    private string? Device(nint buffer)
    {
        if (buffer == 0) { return null; }
        var type = LlamaNative.BufferType(buffer);
        if (_devices.TryGetValue(type, out var known)) { return known; }
        // The processor's own memory names no device; its type has the processor's name.
        var name = LlamaNative.BufferDevice(type) is var device and not 0 ? LlamaNative.DeviceName(device) : LlamaNative.BufferTypeName(type);
        return _devices[type] = Marshal.PtrToStringUTF8(name);
    }

    private static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    private readonly record struct Node(string Operator, int Place, string? Device);

    private readonly record struct Total(long Calls, long Wall, long Processor);

    private sealed record Profile(string Phase)
    {
        public List<ProfiledGraph> Graphs { get; } = [];
        public Dictionary<Node, Total> Rows { get; } = [];
    }
}
