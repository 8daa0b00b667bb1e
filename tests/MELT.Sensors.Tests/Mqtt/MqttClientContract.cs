using MELT.Sensors.Mqtt;
using MELT.Sensors.Mqtt.Client;
using MELT.Sensors.Mqtt.Packets;

namespace MELT.Sensors.Tests.Mqtt;

/// <summary>What <see cref="IMqttClient"/> promises, against any broker and in both versions.</summary>
public abstract class MqttClientContract(MqttVersion version) : IAsyncLifetime
{
    protected abstract int Port { get; }
    protected abstract Task StartBrokerAsync();
    protected abstract Task RestartBrokerAsync(Action whileDown);
    protected abstract Task StopBrokerAsync();

    public Task InitializeAsync() => StartBrokerAsync();
    public Task DisposeAsync() => StopBrokerAsync();

    [SkippableTheory, InlineData(MqttQos.AtMostOnce), InlineData(MqttQos.AtLeastOnce), InlineData(MqttQos.ExactlyOnce)]
    public async Task What_is_published_arrives_once_and_in_order(MqttQos qos)
    {
        Skip.If(qos == MqttQos.ExactlyOnce && NoExactlyOnce is not null, NoExactlyOnce);
        await using var subscriber = await ConnectAsync();
        await subscriber.SubscribeAsync("melt/#", qos, Waiting.Soon);
        await using var publisher = await ConnectAsync();
        for (var i = 0; i < 100; i++) await publisher.PublishAsync(Waiting.Message("melt/x", $"{i}", qos), Waiting.Soon);
        for (var i = 0; i < 100; i++)
        {
            var delivery = await subscriber.Deliveries.AcknowledgedAsync();
            delivery.Text().ShouldBe($"{i}");
            delivery.Message.Qos.ShouldBe(qos);
            (delivery.Duplicate, delivery.Retained).ShouldBe((false, false));
        }
        subscriber.Deliveries.TryRead(out _).ShouldBeFalse();
    }

    [SkippableFact]
    public async Task A_retained_message_is_marked_for_who_comes_later_only()
    {
        await using var early = await ConnectAsync();
        await early.SubscribeAsync("melt/+/about", MqttQos.AtLeastOnce, Waiting.Soon);
        await early.PublishAsync(Waiting.Message("melt/m/about", "V") with { Retain = true }, Waiting.Soon);
        (await early.Deliveries.AcknowledgedAsync()).Retained.ShouldBeFalse();

        await using var late = await ConnectAsync();
        await late.SubscribeAsync("melt/+/about", MqttQos.AtLeastOnce, Waiting.Soon);
        var delivery = await late.Deliveries.AcknowledgedAsync();
        (delivery.Retained, delivery.Text()).ShouldBe((true, "V"));
    }

    [SkippableFact]
    public async Task Wildcards_choose_what_arrives()
    {
        await using var client = await ConnectAsync();
        await client.SubscribeAsync("melt/+/readings", MqttQos.AtLeastOnce, Waiting.Soon);
        await client.SubscribeAsync("lab/#", MqttQos.AtLeastOnce, Waiting.Soon);
        foreach (var topic in (string[])["melt/a/readings", "melt/a/about", "melt/a/b/readings", "lab", "lab/x/y", "other"])
            await client.PublishAsync(Waiting.Message(topic, topic), Waiting.Soon);
        var topics = new[] { await client.Deliveries.AcknowledgedAsync(), await client.Deliveries.AcknowledgedAsync(), await client.Deliveries.AcknowledgedAsync() };
        topics.Select(d => d.Topic).ShouldBe(["melt/a/readings", "lab", "lab/x/y"]);
        await client.PublishAsync(Waiting.Message("lab/last", ""), Waiting.Soon);
        (await client.Deliveries.AcknowledgedAsync()).Topic.ShouldBe("lab/last");
    }

    [SkippableFact]
    public async Task Request_properties_travel_in_MQTT_5()
    {
        await using var client = await ConnectAsync();
        await client.SubscribeAsync("melt/command", MqttQos.AtLeastOnce, Waiting.Soon);
        await client.PublishAsync(Waiting.Message("melt/command", "go") with
        {
            ResponseTopic = "melt/answer",
            CorrelationData = new byte[] { 1, 0, 255 },
            ContentType = "application/json",
        }, Waiting.Soon);
        var message = (await client.Deliveries.AcknowledgedAsync()).Message;
        var expected = version == MqttVersion.V5 ? ("melt/answer", "0100FF", "application/json") : (null, "", (string?)null);
        (message.ResponseTopic, Convert.ToHexString(message.CorrelationData.Span), message.ContentType).ShouldBe(expected);
    }

    [SkippableTheory, InlineData(MqttQos.AtLeastOnce), InlineData(MqttQos.ExactlyOnce)]
    public async Task An_unacknowledged_delivery_comes_again_with_DUP(MqttQos qos)
    {
        Skip.If(qos == MqttQos.ExactlyOnce && NoExactlyOnce is not null, NoExactlyOnce);
        var id = Guid.NewGuid().ToString("N");
        await using var publisher = await ConnectAsync();
        await using (var first = await ConnectAsync(o => o with { ClientId = id }))
        {
            await first.SubscribeAsync("melt/x", qos, Waiting.Soon);
            await publisher.PublishAsync(Waiting.Message("melt/x", "1", qos), Waiting.Soon);
            await publisher.PublishAsync(Waiting.Message("melt/x", "2", qos), Waiting.Soon);
            await first.Deliveries.AcknowledgedAsync();
            (await first.Deliveries.NextAsync()).Duplicate.ShouldBeFalse();
        }
        await publisher.PublishAsync(Waiting.Message("melt/x", "3", qos), Waiting.Soon);

        await using var second = await ConnectAsync(o => o with { ClientId = id });
        var again = await second.Deliveries.AcknowledgedAsync();
        (again.Text(), again.Duplicate).ShouldBe(("2", true));
        (await second.Deliveries.AcknowledgedAsync()).Text().ShouldBe("3");   // with or without DUP: the broker may have tried the old connection
    }

    [SkippableFact]
    public async Task Receive_Maximum_bounds_the_unacknowledged_deliveries()
    {
        Skip.If(version == MqttVersion.V311, "MQTT 3.1.1 has no Receive Maximum");
        await using var subscriber = await ConnectAsync(o => o with { ReceiveMaximum = 5 });
        await subscriber.SubscribeAsync("melt/#", MqttQos.AtLeastOnce, Waiting.Soon);
        await using var publisher = await ConnectAsync();
        for (var i = 0; i < 12; i++) await publisher.PublishAsync(Waiting.Message("melt/x", $"{i}"), Waiting.Soon);
        var held = new List<MqttDelivery>();
        for (var i = 0; i < 5; i++) held.Add(await subscriber.Deliveries.NextAsync());
        await publisher.PublishAsync(Waiting.Message("melt/x", "marker", MqttQos.AtMostOnce), Waiting.Soon);   // not bounded: it overtakes
        (await subscriber.Deliveries.NextAsync()).Text().ShouldBe("marker");
        subscriber.Deliveries.TryRead(out _).ShouldBeFalse();

        held.ForEach(d => d.Acknowledge());
        for (var i = 5; i < 12; i++) (await subscriber.Deliveries.AcknowledgedAsync()).Text().ShouldBe($"{i}");
    }

    [SkippableFact]
    public async Task A_restart_of_the_broker_loses_nothing_that_was_acknowledged()
    {
        await using var subscriber = await ConnectAsync();
        await subscriber.SubscribeAsync("melt/#", MqttQos.AtLeastOnce, Waiting.Soon);
        await using var publisher = await ConnectAsync();
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++) await publisher.PublishAsync(Retained(i), Waiting.Soon);
        while (seen.Count < 20) seen.Add((await subscriber.Deliveries.AcknowledgedAsync()).Text());

        Task[] publishing = [];
        await RestartBrokerAsync(whileDown: () => publishing = [.. Enumerable.Range(20, 30).Select(i => publisher.PublishAsync(Retained(i), Waiting.Soon))]);
        await Task.WhenAll(publishing);
        while (seen.Count < 50) seen.Add((await subscriber.Deliveries.AcknowledgedAsync()).Text());
        Reconnections(subscriber).ShouldBeGreaterThan(0);

        // Retained, so that it does not matter which of the two is back first when the broker forgot the subscription.
        static MqttMessage Retained(int i) => Waiting.Message($"melt/{i}", $"{i}") with { Retain = true };
    }

    [SkippableFact]
    public async Task A_client_that_is_thrown_out_leaves_its_will_and_one_that_says_goodbye_none()
    {
        await using var watcher = await ConnectAsync();
        await watcher.SubscribeAsync("melt/will", MqttQos.AtLeastOnce, Waiting.Soon);
        await using (await ConnectAsync(o => o with { Will = Waiting.Message("melt/will", "polite") })) { }
        var id = Guid.NewGuid().ToString("N");
        await using var thrownOut = await ConnectAsync(o => o with { ClientId = id, CleanStart = true, Will = Waiting.Message("melt/will", "thrown out") with { Retain = true } });
        await using var other = await ConnectAsync(o => o with { ClientId = id, CleanStart = true });
        (await watcher.Deliveries.AcknowledgedAsync()).Text().ShouldBe("thrown out");

        await using var late = await ConnectAsync();
        await late.SubscribeAsync("melt/will", MqttQos.AtLeastOnce, Waiting.Soon);
        var delivery = await late.Deliveries.AcknowledgedAsync();
        (delivery.Text(), delivery.Retained).ShouldBe(("thrown out", true));
    }

    [SkippableFact]
    public async Task A_large_message_arrives_whole()
    {
        await using var client = await ConnectAsync();
        await client.SubscribeAsync("melt/blocks", MqttQos.AtLeastOnce, Waiting.Soon);
        var payload = new byte[300_000];
        new Random(1).NextBytes(payload);
        await client.PublishAsync(new("melt/blocks", payload), Waiting.Soon);
        (await client.Deliveries.AcknowledgedAsync()).Payload.Span.SequenceEqual(payload).ShouldBeTrue();
    }

    [SkippableFact]
    public async Task What_is_no_topic_or_filter_is_refused()
    {
        await using var client = await ConnectAsync();
        await Should.ThrowAsync<MqttException>(client.SubscribeAsync("a#", MqttQos.AtLeastOnce, Waiting.Soon));
        await Should.ThrowAsync<MqttException>(client.PublishAsync(Waiting.Message("a/+", ""), Waiting.Soon));
        await Should.ThrowAsync<MqttException>(client.PublishAsync(Waiting.Message("a\ud800", ""), Waiting.Soon));
    }

    /// <summary>The client under test; our own unless a subclass brings another.</summary>
    protected virtual async Task<IMqttClient> OpenAsync(MqttClientOptions options) => await MqttClient.ConnectAsync(options, stop: Waiting.Soon);
    protected virtual int Reconnections(IMqttClient client) => ((MqttClient)client).Reconnections;
    /// <summary>Why the client under test refuses QoS 2; null when it does not.</summary>
    protected virtual string? NoExactlyOnce => null;

    protected async Task<IMqttClient> ConnectAsync(Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = Port, Version = version };
        return await OpenAsync(change?.Invoke(options) ?? options);
    }
}
