using System.Globalization;
using System.Runtime.ExceptionServices;
using MELT.Devices.Links;

namespace MELT.Devices.Preparation;

/// <summary>
/// Makes wishes come true on a device, one step after the other, and puts everything back. What a device cannot do is an outcome; a dead
/// link is a <see cref="LinkException"/>, and then <see cref="RestoreAsync(IReadOnlyList{PriorState})"/> of what the log holds repairs the device over another link.
/// </summary>
public sealed class Preparer(Func<PreparationWish, IPreparationStep?> stepFor, IPreparationLog log, TimeProvider time, PreparerPatience? patience = null)
{
    private readonly PreparerPatience _patience = patience ?? new();

    /// <summary>The steps that there are for a device.</summary>
    public static Preparer For(DeviceAccess device, IPreparationLog log, TimeProvider time, PreparerPatience? patience = null) =>
        new(wish => PreparationSteps.For(device, wish), log, time, patience);

    /// <summary>
    /// Applies the wishes, those that may cut a link last. When it is stopped, or the link dies, or the log fails, what was done is put back as far as it can
    /// be, and the exception goes on.
    /// </summary>
    public async Task<IReadOnlyList<StepOutcome>> ApplyAsync(IReadOnlyList<PreparationWish> wishes, CancellationToken stop)
    {
        var changed = new List<PriorState>();
        try
        {
            var outcomes = new List<StepOutcome>();
            foreach (var wish in PreparationWishes.InOrder(wishes))
            {
                var outcome = await ApplyOneAsync(wish, changed, stop);
                await log.DoneAsync(outcome);
                outcomes.Add(outcome);
            }
            return outcomes;
        }
        catch
        {
            await PutBackAsync(changed);
            throw;
        }
    }

    /// <summary>
    /// Puts back, in reverse order, and reads back. It can be repeated: what is as it was is left alone. Nothing but the time limit of each
    /// step ends it. All are tried before a <see cref="LinkException"/>, or what the log threw, goes on.
    /// </summary>
    public Task<IReadOnlyList<StepRestored>> RestoreAsync(IReadOnlyList<PriorState> priors) => RestoreAsync(priors, interrupted: null);

    /// <param name="interrupted">Was being set when all was given up: the device may still obey, so what it reads now is not relied on.</param>
    private async Task<IReadOnlyList<StepRestored>> RestoreAsync(IReadOnlyList<PriorState> priors, PriorState? interrupted)
    {
        var (restored, first) = (new List<StepRestored>(), default(ExceptionDispatchInfo));
        foreach (var prior in priors.Reverse())
        {
            try
            {
                restored.Add(await RestoreOneAsync(prior, prior != interrupted));
                await log.RestoredAsync(restored[^1]);
            }
            catch (Exception e)
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }
        first?.Throw();
        return restored;
    }

    private async Task PutBackAsync(List<PriorState> changed)
    {
        try
        {
            await RestoreAsync(changed, changed.LastOrDefault());
        }
        catch (Exception)
        {
            // Why the preparation ended is what matters, and it is on its way. What is not back yet is still in the log.
        }
    }

    private async Task<StepOutcome> ApplyOneAsync(PreparationWish wish, List<PriorState> changed, CancellationToken stop)
    {
        StepOutcome Ended(string? old, string? now, StepGrade grade, string? reason) => new(wish.Name, wish.Value, old, now, grade, reason);
        if (stepFor(wish) is not { } step) { return Ended(null, null, StepGrade.NotPossible, $"there is no {wish.Name} on this kind of device"); }
        var old = default(string);
        try
        {
            var before = await WithinAsync(step.ReadAsync, stop);
            if (before.Refusal is { } unreadable) { return Ended(null, null, unreadable.Grade, unreadable.Reason); }
            old = before.State;
            if (old is not null && step.IsAsWished(old)) { return Ended(old, old, StepGrade.Already, null); }
            if (step.Hindrance(wish.Value) is { } hindrance) { return Ended(null, old, StepGrade.NotPossible, hindrance); }
            if (old is not null)
            {
                var prior = new PriorState(wish.Name, wish.Value, old);
                await log.ChangingAsync(prior);
                changed.Add(prior);
            }
            var refusal = await WithinAsync(step.SetAsync, stop);
            if (old is null) { return Ended(null, null, refusal?.Grade ?? StepGrade.Unverified, refusal?.Reason ?? step.Remainder ?? "the device does not tell"); }
            var after = await WithinAsync(token => ReadBackAsync(step, refusal is null ? step.IsAsWished : _ => true, token), stop);
            return refusal is not null ? Ended(old, after.State, refusal.Grade, refusal.Reason)
                : after.State is not { } now ? Ended(old, null, StepGrade.Unverified, after.Refusal?.Reason ?? "the device does not tell any more")
                : step.IsAsWished(now) ? Ended(old, now, StepGrade.Verified, null)
                : Ended(old, now, StepGrade.Failed, $"the device took {wish.Name} = {wish.Value}, but has '{now}'");
        }
        catch (NoAnswerException e)
        {
            return Ended(old, null, StepGrade.Failed, e.Message);
        }
    }

    private async Task<StepRestored> RestoreOneAsync(PriorState prior, bool isSettled)
    {
        StepRestored Ended(string? now, StepGrade grade, string? reason) => new(prior.Name, prior.Wanted, prior.Old, now, grade, reason);
        if (!PreparationWishes.TryRead(prior.Name, prior.Wanted, out var wish, out var problem)) { return Ended(null, StepGrade.Failed, problem); }
        if (stepFor(wish) is not { } step) { return Ended(null, StepGrade.NotPossible, $"there is no {wish.Name} on this kind of device"); }
        try
        {
            var before = await WithinAsync(step.ReadAsync, CancellationToken.None);
            if (isSettled && before.State is { } found && step.IsRestored(prior.Old, found)) { return Ended(found, StepGrade.Already, step.Remainder); }
            if (step.Hindrance(prior.Old) is { } hindrance) { return Ended(before.State, StepGrade.NotPossible, hindrance); }
            if (await WithinAsync(token => step.RestoreAsync(prior.Old, token), CancellationToken.None) is { } refusal) { return Ended(before.State, refusal.Grade, refusal.Reason); }
            var after = await WithinAsync(token => ReadBackAsync(step, now => step.IsRestored(prior.Old, now), token), CancellationToken.None);
            return after.State is not { } now ? Ended(null, StepGrade.Unverified, after.Refusal?.Reason)
                : step.IsRestored(prior.Old, now) ? Ended(now, StepGrade.Verified, step.Remainder)
                : Ended(now, StepGrade.Failed, $"{wish.Name} was '{prior.Old}' and is still '{now}': put it back by hand");
        }
        catch (NoAnswerException e)
        {
            return Ended(null, StepGrade.Failed, e.Message);
        }
    }

    private async Task<StepReading> ReadBackAsync(IPreparationStep step, Func<string, bool> isGood, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var reading = await step.ReadAsync(stop);
            if ((reading.State is { } state && isGood(state)) || time.GetElapsedTime(began) >= _patience.Settling) { return reading; }
            await Task.Delay(_patience.BetweenReadings, time, stop);
        }
    }

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_patience.Step, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        var working = work(either.Token);
        try
        {
            return await working.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The program should have ended before another undoes what it did.
            await Task.WhenAny(working, Task.Delay(_patience.Ending, time, CancellationToken.None));
            stop.ThrowIfCancellationRequested();
            throw new NoAnswerException(_patience.Step);
        }
    }

    /// <summary>A type of its own, so that no time-out of the log is taken for one of the device.</summary>
    private sealed class NoAnswerException(TimeSpan waited)
        : Exception(string.Create(CultureInfo.InvariantCulture, $"the device gave no answer for {waited.TotalSeconds:0.###} s"));
}
