namespace MELT.Sensors.Mqtt.Transport;

/// <summary>Lets one producer wait until a level has fallen below its limit; guarded by its owner's lock.</summary>
internal sealed class Gate
{
    private TaskCompletionSource? _waiter;

    public Task Wait() => (_waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Open()
    {
        _waiter?.SetResult();
        _waiter = null;
    }
}
