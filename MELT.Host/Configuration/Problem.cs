namespace MELT.Host.Configuration;

/// <summary>A place in a text somebody wrote: lines and columns count from 1, and 0 where there is none (a variable, a flag).</summary>
public readonly record struct SourcePosition(string Source, int Line = 0, int Column = 0)
{
    public override string ToString() => Line == 0 ? Source : FormattableString.Invariant($"{Source}:{Line}:{Column}");
}

/// <summary>Something wrong in a file, a variable or a flag: where, at which key, and what is allowed there.</summary>
public sealed record Problem(SourcePosition At, string Key, string Text)
{
    public override string ToString() => Key.Length == 0 ? $"{At}: {Text}" : $"{At}: {Key}: {Text}";
}

/// <summary>What reading gave: a value, or everything that was wrong.</summary>
public sealed record Reading<T>(T? Value, IReadOnlyList<Problem> Problems)
    where T : class
{
    public static Reading<T> Of(T value) => new(value, []);
    public static Reading<T> Refused(params IReadOnlyList<Problem> problems) => new(null, problems);
}
