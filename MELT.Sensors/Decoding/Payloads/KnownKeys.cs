namespace MELT.Sensors.Decoding.Payloads;

/// <summary>JSON whose units its documentation states by key: every field gets the unit of its last part.</summary>
internal static class KnownKeys
{
    /// <summary>Decodes JSON and asks <paramref name="unit"/> for the unit of each number by its path.</summary>
    public static FieldList Read(ReadOnlySpan<byte> payload, Func<string, FieldList, string?> unit)
    {
        var fields = new FieldList(payload.Length);
        if (!JsonFields.TryRead(payload, fields)) return fields;
        for (var i = 0; i < fields.Count; i++)
        {
            ref var field = ref fields[i];
            if (field.Value.IsNumber && field.Unit is null) field = field with { Unit = unit(field.Path, fields) };
        }
        return fields;
    }

    public static bool Any(this FieldList fields, Func<PayloadField, bool> predicate)
    {
        for (var i = 0; i < fields.Count; i++)
            if (predicate(fields[i])) return true;
        return false;
    }

    /// <summary>The last part of a path that is no array index: Power of <c>ENERGY.Power.0</c>.</summary>
    public static ReadOnlySpan<char> LastName(ReadOnlySpan<char> path)
    {
        while (true)
        {
            var point = path.LastIndexOf('.');
            var part = path[(point + 1)..];
            if (point < 0 || part.IsEmpty || part.ContainsAnyExceptInRange('0', '9')) return part;
            path = path[..point];
        }
    }
}
