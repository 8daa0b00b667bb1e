using System.Diagnostics.Metrics;
using System.Globalization;

namespace MELT.Host.Serve;

/// <summary>
/// Collects the instruments of given meters and writes them for Prometheus. The instruments are those of the base library, so an
/// OpenTelemetry exporter can take this place without a change where things are counted.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    private readonly Dictionary<Instrument, Collected> _all = [];
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    /// <param name="takes">Which meters, by name; an instrument that is made later is collected too.</param>
    public PrometheusExporter(Func<Meter, bool> takes)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!takes(instrument.Meter)) return;
            lock (_gate) _all[instrument] = Collected.Of(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new PrometheusText();
        lock (_gate)
            foreach (var (_, collected) in _all.OrderBy(a => a.Key.Name, StringComparer.Ordinal)) collected.Write(text);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, text) in tags) labels.Add(new(name, Convert.ToString(text, CultureInfo.InvariantCulture) ?? ""));
        lock (_gate) _all[instrument].Take(value, labels);
    }

    /// <summary>What one instrument has said, by labels.</summary>
    private sealed class Collected(string name, string type, string help, bool adds, IReadOnlyList<double>? bounds)
    {
        private readonly SortedDictionary<string, (List<KeyValuePair<string, string>> Labels, double Value, long[] Buckets, long Count)> _series = new(StringComparer.Ordinal);

        public static Collected Of(Instrument instrument)
        {
            var counts = Is(instrument, typeof(Counter<>), typeof(ObservableCounter<>));
            var histogram = Is(instrument, typeof(Histogram<>));
            var bounds = histogram ? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [] : null;
            var collected = new Collected(PrometheusText.Name(instrument.Name, instrument.Unit, counts), histogram ? "histogram" : counts ? "counter" : "gauge",
                instrument.Description ?? instrument.Name, Is(instrument, typeof(Counter<>), typeof(UpDownCounter<>)), bounds);
            // A count that is zero is said, so that its absence means something; one with labels appears with its first.
            if (collected._adds || histogram) collected.Take(0, [], silent: true);
            return collected;
        }

        private readonly bool _adds = adds;

        public void Take(double value, List<KeyValuePair<string, string>> labels, bool silent = false)
        {
            var key = string.Join('\n', labels.Select(l => $"{l.Key}={l.Value}"));
            if (!_series.TryGetValue(key, out var series)) series = (labels, 0, new long[bounds?.Count ?? 0], 0);
            if (!silent && bounds is not null)
            {
                for (var i = 0; i < bounds.Count; i++)
                    if (value <= bounds[i]) series.Buckets[i]++;
                series.Count++;
            }
            series.Value = _adds || bounds is not null ? series.Value + value : value;
            _series[key] = series;
        }

        public void Write(PrometheusText text)
        {
            var told = _series.Count > 1 ? _series.Values.Where(s => s.Labels.Count > 0) : _series.Values;
            text.Family(name, type, help);
            foreach (var series in told)
            {
                if (bounds is null)
                {
                    text.Sample(name, series.Labels, series.Value);
                    continue;
                }
                for (var i = 0; i < bounds.Count; i++)
                    text.Sample(name + "_bucket", [.. series.Labels, new("le", PrometheusText.Number(bounds[i]))], series.Buckets[i]);
                text.Sample(name + "_bucket", [.. series.Labels, new("le", "+Inf")], series.Count);
                text.Sample(name + "_sum", series.Labels, series.Value);
                text.Sample(name + "_count", series.Labels, series.Count);
            }
        }

        private static bool Is(Instrument instrument, params ReadOnlySpan<Type> kinds)
        {
            for (var type = instrument.GetType(); type is not null; type = type.BaseType)
                if (type.IsGenericType && kinds.Contains(type.GetGenericTypeDefinition())) return true;
            return false;
        }
    }
}
