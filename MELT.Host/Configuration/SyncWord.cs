using MELT.Actors.Sessions;

namespace MELT.Host.Configuration;

/// <summary>How people write whether meters without a clock are to be found by a coded load.</summary>
internal static class SyncWord
{
    public const string Off = "off";
    public static readonly string[] All = [Off, "auto", "on"];

    public static SyncMode? Of(string word) => word switch
    {
        "auto" => SyncMode.Auto,
        "on" => SyncMode.On,
        _ => null,
    };

    public static string From(SyncMode? mode) => mode switch
    {
        SyncMode.Auto => "auto",
        SyncMode.On => "on",
        _ => Off,
    };
}
