using System.Globalization;
using MELT.Benchmarks.Accuracy;
using MELT.Benchmarks.Ingest;
using MELT.Benchmarks.Mqtt;

// Benchmarks are run by hand, one by name; docs of each say what it measures.
switch (args)
{
    case ["mqtt"]: await BrokerThroughput.RunAsync(); break;
    case ["ingest"]: await IngestThroughput.RunAsync(); break;
    case ["meters"]: return await MixedMeters.RunAsync(TimeSpan.FromSeconds(60));
    case ["meters", var seconds]: return await MixedMeters.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
    case ["coverage", var profile, var seeds]: CoverageTable.Run(profile, int.Parse(seeds, CultureInfo.InvariantCulture)); break;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/MELT.Benchmarks -- mqtt | ingest | meters [SECONDS] | coverage PROFILE SEEDS");
        return 2;
}
return 0;
