namespace MELT.Devices.Preparation;

/// <summary>What a link to a device runs over: what must not be cut while it is in use.</summary>
public enum LinkWay
{
    /// <summary>A program of the same machine.</summary>
    Local,
    Usb,
    WiFi,
    Ethernet,

    /// <summary>Some network: nobody said which, so none of it may be cut.</summary>
    Network,
}

/// <summary>What a preparation must know of the link it goes over.</summary>
public sealed record LinkTraits(LinkWay Way)
{
    public bool NeedsWiFi => Way is LinkWay.WiFi or LinkWay.Network;

    /// <summary>Also a network may be one over USB, as a Jetson's is.</summary>
    public bool NeedsUsb => Way is LinkWay.Usb or LinkWay.Network;
}
