namespace MELT.Host.Tests.Exports.Perfetto;

/// <summary>What these tests keep of the schema is what perfetto publishes.</summary>
public sealed class TraceSchemaTests
{
    [SkippableFact]
    public void The_part_kept_here_is_part_of_the_published_schema()
    {
        var published = TraceSchema.Published;
        Skip.If(published is null, "there is no perfetto_trace.proto in ../shared/data/perfetto beside the project, and MELT_PERFETTO_SCHEMA names no folder that has it");

        foreach (var (name, fields) in TraceSchema.Subset.Messages)
            foreach (var field in fields.Values) published!.Messages[name][field.Number].ShouldBe(field, $"{name}.{field.Name}");
        foreach (var (name, values) in TraceSchema.Subset.Enumerations)
            foreach (var (number, word) in values) published!.Enumerations[name][number].ShouldBe(word);
    }

    [Fact]
    public void What_the_schema_does_not_know_is_found()
    {
        Should.Throw<InvalidDataException>(() => ProtoMessage.Parse(TraceSchema.Subset, "Trace", [0x12, 0x00])).Message.ShouldContain("no field 2");
        Should.Throw<InvalidDataException>(() => ProtoMessage.Parse(TraceSchema.Subset, "TracePacket", [0x41, 0, 0, 0, 0, 0, 0, 0, 0])).Message.ShouldContain("wire type 1");
    }
}
