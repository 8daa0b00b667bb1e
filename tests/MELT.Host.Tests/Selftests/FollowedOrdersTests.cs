using MELT.Host.Selftests.Failover;

namespace MELT.Host.Tests.Selftests;

public sealed class FollowedOrdersTests
{
    private readonly FollowedOrders _orders = new();

    [Fact]
    public void An_order_of_an_old_lease_after_one_of_a_newer_lease_on_another_node_is_stale()
    {
        Follows("node-1", "phone", epoch: 4, at: 100);
        Follows("node-2", "phone", epoch: 5, at: 200);
        Follows("node-1", "phone", epoch: 4, at: 300);

        _orders.Stale.Select(o => (o.Node, o.At)).ShouldBe([("node-1", 300)]);
    }

    [Fact]
    public void When_it_was_followed_counts_and_not_when_it_was_heard_of()
    {
        Follows("node-2", "phone", epoch: 5, at: 200);
        Follows("node-1", "phone", epoch: 4, at: 100);

        _orders.Stale.ShouldBeEmpty();
        _orders.All.Select(o => o.Epoch).ShouldBe([4, 5]);
    }

    [Fact]
    public void Each_device_has_leases_of_its_own()
    {
        Follows("node-1", "phone", epoch: 5, at: 100);
        Follows("node-1", "board", epoch: 2, at: 200);

        _orders.Stale.ShouldBeEmpty();
    }

    [Fact]
    public void Other_lines_of_a_log_are_no_orders()
    {
        _orders.Heard("node-1", "information: MELT: somebody follows Prepare of session");
        _orders.Heard("node-1", "");

        _orders.All.ShouldBeEmpty();
    }

    private void Follows(string node, string device, long epoch, long at) =>
        _orders.Heard(node, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"information: MELT: follows Prepare of session s-{epoch} for device {device} under lease {epoch} at {at}"));
}
