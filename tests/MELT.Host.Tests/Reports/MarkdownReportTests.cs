using System.Collections.Immutable;
using MELT.Host.Reports;

namespace MELT.Host.Tests.Reports;

public sealed class MarkdownReportTests
{
    [Fact]
    public void The_page_reads_as_it_always_did()
    {
        var session = Some.PhoneSession() with
        {
            Metrics = Some.PhoneSession().Metrics.Where(metric => metric.Key is "ttft_seconds" or "decode_tokens_per_second" or "itl_seconds" or "energy_joules" or "energy_per_output_token_joules" or "net_energy_joules" or "decode_energy_joules")
                .Append(new("max_temperature_celsius", Some.Silent("refused", new("sensor-never-moved", "zone 0 stands still")))).Append(new("peak_memory_bytes", Some.Silent("refused", new("sensor-never-moved", "zone 0 stands still"))))
                .ToImmutableSortedDictionary(),
        };

        var page = MarkdownReport.Write(Some.With(session), Some.Context());

        page.ShouldBe($"""
            # quickstart

            ## phone-1 · simulated engine · simulated-1b (q4_0)

            > **SIMULATED: phone-1 and its meters are computed, not observed. The numbers say how well MELT measures, nothing about a real device.**

            First token in 412.7 ± 1.1 ms, then 30.62 ± 0.11 tokens/s. Half of the gaps between tokens are within 32.2 ms, 99 of 100 within 45.2 ms. Energy of phone-1 at battery-terminals: 49.87 ± 0.06 J (40.93 ± 0.19 J above its baseline). That is 97.40 ± 0.12 mJ/token of output; decode took 42.96 ± 0.06 J. The known truth is 49.855 J: the error is 0.27 of U. 4 of 4 results with known truth lie within U. Memory of the engine: refused: zone 0 stands still. 187,812 readings of 3 meters stored, none lost, 12 duplicates dropped, 1 rejected.

            | metric | value ± U (95 %) | k | method |
            |---|--:|--:|---|
            | First token | 412.7 ± 1.1 ms | 3.18 | measured |
            | Gap between tokens | 32.2 ms, p99 45.2 ms |  | measured |
            | Decode rate | 30.62 ± 0.11 tokens/s | 3.18 | measured |
            | Energy | 49.871 ± 0.058 J | 2.00 | measured |
            | Energy, net | 40.93 ± 0.19 J | 2.00 | measured |
            | Decode energy | 42.957 ± 0.051 J | 2.00 | measured |
            | Energy per output token | 97.40 ± 0.12 mJ/token | 2.00 | measured |
            | Peak memory and 1 more | – | | refused (sensor-never-moved): zone 0 stands still |

            | energy at battery-terminals | gross | net | truth | error/U | largest sources of U (share of u²) |
            |---|--:|--:|--:|--:|---|
            | Load | 3.8120 ± 0.0049 J | 3.210 ± 0.013 J | 3.8102 J | 0.37 | gain 100 % |
            | Prefill | 6.914 ± 0.012 J | 6.104 ± 0.019 J | 6.9203 J | -0.55 | edges 58 %, gain 42 % |
            | Decode | 42.957 ± 0.051 J | 34.83 ± 0.17 J | 42.935 J | 0.44 | gain 89 %, edges 11 % |
            | All requests | 49.871 ± 0.058 J | 40.93 ± 0.19 J | 49.855 J | 0.27 | gain 76 %, offset 15 %, edges 8 % |

            | energy at wall-ac | gross | net | largest sources of U (share of u²) |
            |---|--:|--:|---|
            | Prefill | refused | – |  |
            | Decode | 52.9 ± 1.8 J (derived) | – |  |
            | All requests | 61.2 ± 1.9 J (derived) | – |  |

            Warning `clock-unlocked`: phone-1/plug has no clock of its own; its readings are stamped on arrival

            Warning `gap`: phone-1/plug sent nothing for 0.9 s at 21.4 s

            ---

            Command `melt quickstart`{"  "}
            MELT 0.1.0, analysis 1, experiment `01jd3f7t`, plan `7d2c0f1bb8a9`, results `{Some.With(session).Report!.Sha256[..12]}`{"  "}
            U covers at least 95 %. `melt replay` computes every number again from the recording.

            """);
    }

    [Fact]
    public void A_hostile_name_breaks_no_table()
    {
        var page = MarkdownReport.Write(Some.Unsealed() with { Name = "a|b\n<img>*" }, ReportContext.Empty);

        page.ShouldStartWith("# a\\|b \\<img\\>\\*\n");
    }
}
