using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

/// <summary>A log in memory.</summary>
internal sealed class KeptLog : IPreparationLog
{
    public List<PriorState> Priors { get; } = [];
    public List<StepOutcome> Outcomes { get; } = [];
    public List<StepRestored> Restored { get; } = [];
    public Action<PriorState> OnChanging { get; set; } = _ => { };

    public Task ChangingAsync(PriorState prior)
    {
        Priors.Add(prior);
        OnChanging(prior);
        return Task.CompletedTask;
    }

    public Task DoneAsync(StepOutcome outcome)
    {
        Outcomes.Add(outcome);
        return Task.CompletedTask;
    }

    public Task RestoredAsync(StepRestored restored)
    {
        Restored.Add(restored);
        return Task.CompletedTask;
    }
}
