using System.Globalization;
using MELT.Devices.Models;

namespace MELT.Host.Commands;

/// <summary>Shows the making of a synthetic model, which takes seconds to minutes.</summary>
internal sealed class ModelProgressLine(string model) : IProgress<ModelProgress>, IDisposable
{
    private string _step = "";

    public void Report(ModelProgress value)
    {
        if (!Console.IsErrorRedirected) Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[K{model}: {value.Step} {value.Fraction * 100:0} %"));
        else if (_step != value.Step) Surroundings.Remark($"{model}: {value.Step}");
        _step = value.Step;
    }

    public void Dispose()
    {
        if (_step.Length > 0 && !Console.IsErrorRedirected) Console.Error.Write("\r\e[K");
    }
}
