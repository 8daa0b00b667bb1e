using MELT.Sensors.Decoding;
using MELT.Sensors.Meters;

namespace MELT.Sensors.Tests.Meters;

public sealed class InstrumentCatalogueTests
{
    private static readonly Accuracy Published = new(0.01, 0.02, "data sheet");

    private static readonly InstrumentCatalogue Catalogue = new(
    [
        new("Meter 9")
        {
            Also = ["M9"],
            Kind = SensorKind.Averaged,
            PeriodSeconds = 0.1,
            WindowSeconds = 0.025,
            LatencySeconds = 0.06,
            LatencyUncertaintySeconds = 0.01,
            Quantities = System.Collections.Immutable.ImmutableSortedDictionary<string, InstrumentQuantity>.Empty.Add("power", new(null, 0.5, Published)),
            Source = "data sheet",
        },
    ]);

    private static MeterDescription About(string? instrument) => new() { Instrument = instrument, Channels = [new() { Name = "p", Quantity = "power", Unit = "W", Boundary = "board" }] };

    [Fact]
    public void A_meter_that_names_its_instrument_needs_to_say_no_more()
    {
        var about = Catalogue.Complete(About("m9"));
        (about.Kind, about.PeriodSeconds, about.WindowSeconds, about.LatencySeconds, about.LatencyUncertaintySeconds).ShouldBe((SensorKind.Averaged, 0.1, 0.025, 0.06, 0.01));
        (about.Channels[0].Resolution, about.Channels[0].Accuracy).ShouldBe((0.5, Published));
        about.StampPosition.ShouldBeNull();
        about.CompletedFrom.ShouldBe("instruments.conf: Meter 9 (kind, p.resolution, p.accuracy, period_seconds, window_seconds, latency_seconds, latency_uncertainty_seconds)");
        DescriptionRules.Problem(about).ShouldBeNull();
    }

    [Fact]
    public void What_a_meter_states_itself_wins()
    {
        var stated = About("Meter 9") with { PeriodSeconds = 0.02, LatencySeconds = 0, Channels = [About(null).Channels[0] with { Accuracy = new(0.001, 0, "certificate") }] };
        var about = Catalogue.Complete(stated);
        (about.PeriodSeconds, about.LatencySeconds, about.LatencyUncertaintySeconds).ShouldBe((0.02, 0, null));
        about.Channels[0].Accuracy!.Source.ShouldBe("certificate");
        about.CompletedFrom.ShouldBe("instruments.conf: Meter 9 (kind, p.resolution, window_seconds)");
    }

    [Fact]
    public void A_meter_of_another_kind_gets_no_window() =>
        DescriptionRules.Problem(Catalogue.Complete(About("Meter 9") with { Kind = SensorKind.Instantaneous })).ShouldBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("Meter 10")]
    public void An_unknown_instrument_changes_nothing(string? name) => MeterJson.Same(Catalogue.Complete(About(name)), About(name)).ShouldBeTrue();

    [Fact]
    public void Completing_twice_adds_nothing_but_forgets_nobodys_word()
    {
        var once = Catalogue.Complete(About("M9"));
        MeterJson.Same(Catalogue.Complete(once) with { CompletedFrom = once.CompletedFrom }, once).ShouldBeTrue();
    }

    [Fact]
    public void A_channel_in_another_unit_is_not_given_figures_in_watts() =>
        Catalogue.Complete(About("M9") with { Channels = [About(null).Channels[0] with { Unit = "mW" }] }).Channels[0].Accuracy.ShouldBeNull();
}
