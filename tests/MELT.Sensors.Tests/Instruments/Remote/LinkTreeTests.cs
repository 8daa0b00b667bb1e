using MELT.Sensors.Instruments;
using MELT.Sensors.Instruments.Remote;

namespace MELT.Sensors.Tests.Instruments.Remote;

public sealed class LinkTreeTests
{
    private static readonly HashSet<string> Paths = ["sys/class/powercap/intel-rapl:0/energy_uj", "sys/class/powercap/intel-rapl:0:1/energy_uj", "proc/stat"];

    [Fact]
    public void Lines_belong_to_the_file_they_name_and_a_file_without_lines_is_gone()
    {
        var tree = new LinkTree();
        tree.Show(Paths, ["sys/class/powercap/intel-rapl:0/energy_uj:17", "junk", "proc/stat:cpu  1 2: 3", "proc/stat:", "proc/else:1", "sys/class/powercap/intel-rapl:0:1/energy_uj:18"]);
        ((IHostTree)tree).TryReadNumber("sys/class/powercap/intel-rapl:0:1/energy_uj", out var number, out _).ShouldBeTrue();
        number.Mantissa.ShouldBe(18);
        tree.TryRead("proc/stat", out var text, out _).ShouldBeTrue();
        text.ShouldBe("cpu  1 2: 3\n\n");
        tree.Names("sys/class/powercap").ShouldBe(["intel-rapl:0", "intel-rapl:0:1"]);
        tree.TryRead("proc/else", out _, out var reason).ShouldBeFalse();
        reason.ShouldStartWith("/proc/else does not exist");

        tree.Show(Paths, ["proc/stat:cpu 2"]);
        tree.FileExists("sys/class/powercap/intel-rapl:0/energy_uj").ShouldBeFalse();
        tree.FolderExists("sys/class/powercap").ShouldBeFalse();
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_there_and_says_so()
    {
        var tree = new LinkTree();
        tree.Deny("sys/x/energy_uj");
        tree.FileExists("sys/x/energy_uj").ShouldBeTrue();
        tree.TryRead("sys/x/energy_uj", out _, out var reason).ShouldBeFalse();
        reason.ShouldBe("/sys/x/energy_uj is not readable by this user");
    }
}
