using System.Globalization;
using MELT.Benchmarks.Accuracy;
using MELT.Benchmarks.Ingest;
using MELT.Benchmarks.Mqtt;

// Benchmarks are run by hand, one by name; docs of each say what it measures.
switch (args)
{
    case ["mqtt"]: await BrokerThroughput.RunAsync(); break;
    case ["ingest"]: await IngestThroughput.RunAsync(); break;
    case ["coverage", var profile, var seeds]: CoverageTable.Run(profile, int.Parse(seeds, CultureInfo.InvariantCulture)); break;
    case ["gpu", var folder]: GpuTable.Run(folder); break;
    case ["periodic", var n]: foreach (var c in MELT.Sensors.Trials.PeriodicTrials.Checks(int.Parse(n, CultureInfo.InvariantCulture))) Console.WriteLine(c); break;
    case ["one", var r, var n]: for (var i = 1; i <= int.Parse(n, CultureInfo.InvariantCulture); i++) { var load = MELT.Sensors.Trials.PeriodicLoad.Of(double.Parse(r, CultureInfo.InvariantCulture), i); var w = MELT.Sensors.Trials.PhaseAnswers.Window(load.Session); Console.WriteLine($"{i} on {load.On:F1} off {load.Off:F1} {w} " + string.Join(" | ", MELT.Sensors.Trials.PhaseAnswers.Of(load.Session).Select(a => $"{a.Phase} {a.Watts:F1} ± {a.U:F1} {a.Power.Reason?.Text}"))); } break;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/MELT.Benchmarks -- mqtt | ingest | coverage PROFILE SEEDS");
        return 2;
}
return 0;
