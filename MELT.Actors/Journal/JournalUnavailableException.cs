namespace MELT.Actors.Journal;

/// <summary>The journal could not be written or read just now: disk full, locked, read-only, I/O error. An append that met it has an unknown outcome: ask again.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
