using MELT.Devices.Preparation;

namespace MELT.Devices.Tests.Preparation;

/// <summary>Applies and restores wishes without waiting for a device to settle: the stand-ins are settled when they return.</summary>
internal static class Trial
{
    private static readonly PreparerPatience Patience = new() { Settling = TimeSpan.Zero };

    public static PreparationWish Wish(string name, string value) => PreparationWishes.TryRead(name, value, out var wish, out var problem) ? wish : throw new FormatException(problem);

    public static Preparer Preparer(this DeviceAccess device, KeptLog log) => MELT.Devices.Preparation.Preparer.For(device, log, TimeProvider.System, Patience);

    public static async Task<StepOutcome> ApplyAsync(this DeviceAccess device, string name, string value) =>
        (await device.Preparer(new()).ApplyAsync([Wish(name, value)], default)).ShouldHaveSingleItem();

    /// <summary>Sets, looks, puts back, and looks whether all is as it was.</summary>
    public static async Task<StepOutcome> SetAndRestoreAsync(this StandInDevice device, DeviceAccess access, string name, string value, Action look)
    {
        var before = device.Everything;
        var outcome = await access.ApplyAsync(name, value);
        outcome.Reason.ShouldBeNull();
        outcome.Grade.ShouldBe(StepGrade.Verified);
        device.Everything.ShouldNotBe(before);
        look();

        var restored = await access.Preparer(new()).RestoreAsync([outcome.Prior.ShouldNotBeNull()]);

        restored.ShouldHaveSingleItem().Grade.ShouldBe(StepGrade.Verified, restored[0].Reason);
        device.Everything.ShouldBe(before);
        (await access.Preparer(new()).RestoreAsync([outcome.Prior])).ShouldHaveSingleItem().Grade.ShouldBe(StepGrade.Already);
        return outcome;
    }
}
