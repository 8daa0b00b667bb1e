namespace MELT.Host.Exports.Perfetto;

/// <summary>A named stretch of a session. Annotations are asked for once, when it is written.</summary>
internal sealed record Slice(long Begin, long End, int Depth, string Category, string Name, IEnumerable<Annotation> Annotations);
