using MELT.Benchmarks.Ingest;
using MELT.Benchmarks.Mqtt;

// Benchmarks are run by hand, one by name; docs of each say what it measures.
switch (args)
{
    case ["mqtt"]: await BrokerThroughput.RunAsync(); break;
    case ["ingest"]: await IngestThroughput.RunAsync(); break;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/MELT.Benchmarks -- mqtt|ingest");
        return 2;
}
return 0;
