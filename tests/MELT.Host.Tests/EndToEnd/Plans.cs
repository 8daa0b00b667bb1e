using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>Plans of a simulated phone.</summary>
internal static class Plans
{
    public static string Short => Phone(sessions: 1, tokens: 2, coolDown: 0.1);

    public static string Phone(int sessions, int tokens, double coolDown) => string.Create(CultureInfo.InvariantCulture, $$"""
        name: phone
        devices: [{id: phone-1, link: simulated, profile: phone-monsoon, seed: 7}]
        requests: {lengths: [{prompt_tokens: 4, count: 1}]}
        generation: {max_tokens: {{tokens}}, ignore_eos: true}
        warmup: 0
        repetitions: {{sessions}}
        retries: 1
        baseline_seconds: 0.2
        cool_down_seconds: {{coolDown}}

        """);
}
