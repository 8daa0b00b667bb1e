using Microsoft.Extensions.Logging;

namespace MELT.Host;

/// <summary>Logs one line per entry on standard error, for the person on call.</summary>
internal sealed class StandardErrorLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Lines(categoryName[(categoryName.LastIndexOf('.') + 1)..]);
    public void Dispose() { }

    private sealed class Lines(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Console.Error.WriteLine($"{logLevel.ToString().ToLowerInvariant()}: {category}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
    }
}
