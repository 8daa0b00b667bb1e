using MELT.Devices.Inference;
using MELT.Devices.Inference.Agent;
using MELT.Devices.Tests.Inference;

namespace MELT.Devices.Tests.Links;

public abstract partial class LinkContract
{
    private const string Agent = """
        while read -r line; do
            case $line in
            *'"hello"'*) echo '{"type":"ready","at":5,"engine":"sh","version":"1","clock":{"domain":"d","resolution_nanoseconds":1,"lateness_nanoseconds":0}}' ;;
            *'"request"'*) echo '{"type":"request-begun","at":6,"request":0}' ;;
            *'"probe"'*) echo '{"type":"probed","at":7,"id":42}' ;;
            *'"cancel"'*) echo '{"type":"finished","at":8,"request":0,"stop":"cancelled","tokens":{"prompt":1,"evaluated":1,"generated":0}}' ;;
            *'"exit"'*) exit 0 ;;
            esac
        done
        """;

    [SkippableFact]
    public async Task An_agent_is_spoken_with_and_leaves_when_asked()
    {
        var engine = await StartAgentAsync();
        await engine.SendAsync(new EngineCommand.Request(0, "p", null, new()), Soon);
        (await engine.Events.ReadAsync(Soon)).ShouldBeOfType<EngineEvent.RequestBegun>();
        await engine.SendAsync(new EngineCommand.Probe(42), Soon);
        (await engine.Events.ReadAsync(Soon)).ShouldBe(new EngineEvent.Probed(new(7), 42));
        await engine.SendAsync(new EngineCommand.Cancel(), Soon);
        (await engine.Events.ReadAsync(Soon)).ShouldBeOfType<EngineEvent.Finished>();

        await engine.DisposeAsync();

        (await engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().ExitCode.ShouldBe(0);
    }

    [SkippableFact]
    public async Task The_death_of_an_agent_is_an_event()
    {
        await using var engine = await StartAgentAsync();

        await RunAsync("""kill -KILL "$1" """, engine.ProcessId!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));

        (await engine.EventsAsync()).ShouldHaveSingleItem().ShouldBeOfType<EngineEvent.Exited>().Signal.ShouldBe("SIGKILL");
    }

    protected async Task<AgentEngine> StartAgentAsync()
    {
        var engine = await AgentEngine.StartAsync(Link, Shell(Agent), Clock, TimeSpan.FromSeconds(20), Soon);
        await engine.SendAsync(new EngineCommand.Hello(1, null), Soon);
        (await engine.Events.ReadAsync(Soon)).ShouldBeOfType<EngineEvent.Ready>();
        return engine;
    }
}
