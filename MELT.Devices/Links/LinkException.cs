namespace MELT.Devices.Links;

/// <summary>A link cannot be made; the message says what was tried, why it failed and what to do.</summary>
public sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner);
