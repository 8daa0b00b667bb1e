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
    case ["trials", var folder]:
        foreach (var c in MELT.Sensors.Trials.GpuTrials.Checks(MELT.Sensors.Import.ImportFormats.Read(folder + "/gpu-with-meter"), d => d with { Channels = [.. d.Channels.Select(c => c.Quantity == "power" ? c with { Accuracy = new(0.05, 5, "NVML") } : c)] })) Console.WriteLine(c);
        foreach (var c in MELT.Sensors.Trials.TinyTrials.Checks(MELT.Sensors.Import.ImportFormats.Read(folder + "/mlperf-tiny-v0.7"))) Console.WriteLine(c);
        var t = System.Diagnostics.Stopwatch.StartNew();
        Console.WriteLine(MELT.Sensors.Trials.ShuffleTrials.Check(1000)); Console.WriteLine(t.Elapsed);
        foreach (var c in MELT.Sensors.Trials.PatternTrial.Checks(400, 1000)) Console.WriteLine(c);
        Console.WriteLine(t.Elapsed);
        foreach (var c in MELT.Sensors.Trials.ClockTrials.Checks(200, 3600)) Console.WriteLine(c);
        Console.WriteLine(t.Elapsed);
        foreach (var c in MELT.Sensors.Trials.CoverageTrials.Checks(2000)) Console.WriteLine(c);
        Console.WriteLine(t.Elapsed);
        break;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/MELT.Benchmarks -- mqtt | ingest | coverage PROFILE SEEDS");
        return 2;
}
return 0;
