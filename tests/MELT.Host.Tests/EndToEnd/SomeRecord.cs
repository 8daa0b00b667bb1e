using System.Globalization;

namespace MELT.Host.Tests.EndToEnd;

/// <summary>A small record of an MLPerf power run, made for these tests; and those that lie beside the project where somebody put them.</summary>
internal static class SomeRecord
{
    /// <summary>Forty readings a second apart, of 20, 21 and 22 W in turn; the run lasts from the tenth to the thirtieth second.</summary>
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "run_1__spl.txt"), string.Concat(Enumerable.Range(0, 40).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"Time,02-12-2022 13:43:{i:00}.500,Watts,{20 + i % 3}.000000,Volts,120.0,Amps,0.17,PF,0.98,Mark,run\n"))));
        File.WriteAllText(Path.Combine(folder, "run_1__mlperf_log_detail.txt"), """
            :::MLLOG {"key": "power_begin", "value": "02-12-2022 13:43:10.000"}
            :::MLLOG {"key": "power_end", "value": "02-12-2022 13:43:30.000"}
            """);
        File.WriteAllText(Path.Combine(folder, "power__client.json"), "{\"messages\":[" +
            string.Join(',', Enumerable.Range(0, 5).Select(i => $"{{\"cmd\":\"time\",\"cmd_time\":16446733{i}0.1,\"reply\":\"16446733{i}0.05\",\"reply_time\":16446733{i}0.1015}}")) + "]}");
        File.WriteAllText(Path.Combine(folder, "power__server.json"), "{\"messages\":[],\"ptd_messages\":[{\"cmd\": \"Go,1000,0,run\"}]}");
        return folder;
    }

    /// <summary>Skips the test where they are not.</summary>
    public static string Shared(string kind)
    {
        for (var place = new DirectoryInfo(Repository.Folder); place is not null; place = place.Parent)
            if (Path.Combine(place.FullName, "shared", "data") is var data && Directory.Exists(data) && Directory.GetDirectories(data, kind).FirstOrDefault() is { } found) return found;
        throw new SkipException($"there is no ../shared/data/{kind} beside the project");
    }
}
