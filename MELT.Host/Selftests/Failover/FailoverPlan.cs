namespace MELT.Host.Selftests.Failover;

/// <summary>The experiment that runs all the time: short sessions of a simulated phone, more of them than a test lasts.</summary>
internal static class FailoverPlan
{
    public const string Text = """
        name: failover
        devices:
          - id: simulated-phone
            link: simulated
            profile: phone-monsoon
            seed: 3
        requests:
          lengths:
            - { prompt_tokens: 16, count: 1 }
        generation: { max_tokens: 20 }
        repetitions: 1000
        retries: 100
        baseline_seconds: 0.5
        cool_down_seconds: 0.5
        """;
}
