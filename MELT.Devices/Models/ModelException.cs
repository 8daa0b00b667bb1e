namespace MELT.Devices.Models;

/// <summary>A model cannot be had; the message says which, why and what to do.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
