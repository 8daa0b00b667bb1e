namespace MELT.Devices.Tests.Preparation;

/// <summary>Stand-ins for the programs of phones, Jetsons and USB hubs. They write what the real ones write, and keep their state in files under $STATE.</summary>
internal static class StandIns
{
    public static IReadOnlyDictionary<string, string> Android { get; } = new Dictionary<string, string>
    {
        ["getprop"] = """cat "$STATE/$1" """,
        ["settings"] = """
            file="$STATE/$2.$3"
            case $1 in
            get) if [ -f "$file" ]; then cat "$file"; else echo null; fi ;;
            put) [ -f "$STATE/forbids" ] && { echo 'Security exception: java.lang.SecurityException: Permission denial: writing to settings requires:android.permission.WRITE_SECURE_SETTINGS'; exit 255; }
                 [ -f "$STATE/lies" ] || echo "$4" > "$file" ;;
            delete) rm -f "$file"; echo 'Deleted 1 rows' ;;
            esac
            """,
        ["cmd"] = """
            case "$1 $2" in
            'connectivity airplane-mode') case $3 in enable) settings put global airplane_mode_on 1 ;; disable) settings put global airplane_mode_on 0 ;; esac ;;
            'wifi status') if [ "$(settings get global wifi_on)" = 1 ]; then echo 'Wifi is enabled'; echo 'Wifi scanning is always available'; else echo 'Wifi is disabled'; fi ;;
            'notification set_dnd') case $3 in off|all) n=0 ;; priority) n=1 ;; on|none) n=2 ;; alarms) n=3 ;; *) exit 255 ;; esac; settings put global zen_mode $n ;;
            'bluetooth_manager enable') settings put global bluetooth_on 1 ;;
            'bluetooth_manager disable') settings put global bluetooth_on 0 ;;
            *) echo "cmd: Can't find service: $1" >&2; exit 20 ;;
            esac
            """,
        ["svc"] = """
            [ "$1" = wifi ] || { echo 'Available commands:'; exit 1; }
            case $2 in enable) settings put global wifi_on 1 ;; disable) settings put global wifi_on 0 ;; esac
            """,
        ["dumpsys"] = """cat "$STATE/dumpsys.$1" """,
        ["input"] = """
            [ "$1" = keyevent ] || exit 1
            case $2 in 223) s=Asleep ;; 224) s=Awake ;; esac
            printf 'POWER MANAGER (dumpsys power)\n  mDirty=0x0\n  mWakefulness=%s\n  mWakefulnessChanging=false\n' $s > "$STATE/dumpsys.power"
            """,
        ["pidof"] = """[ -f "$STATE/running.$1" ] && echo 4711""",
        ["am"] = """
            case $1 in
            force-stop) rm -f "$STATE/running.$2" ;;
            kill-all) echo killed > "$STATE/killed" ;;
            broadcast) [ "$(id -u)" = 0 ] || { echo 'java.lang.SecurityException: Permission Denial: not allowed to send broadcast android.intent.action.AIRPLANE_MODE'; exit 255; }
                echo "$6" > "$STATE/broadcast" ;;
            esac
            """,
    };

    /// <summary>Takes a script after -c, as Magisk's does.</summary>
    public static IReadOnlyDictionary<string, string> MagiskSu { get; } = new Dictionary<string, string> { ["su"] = """[ "$1" = -c ] || exit 1; echo "$2" >> "$STATE/su"; exec sh -c "$2" """ };

    /// <summary>Takes a user and words, as that of Android's debug builds does.</summary>
    public static IReadOnlyDictionary<string, string> DebugSu { get; } = new Dictionary<string, string> { ["su"] = """[ "$1" = -c ] && { echo "su: invalid uid/gid '-c'" >&2; exit 1; }; shift; echo "$*" >> "$STATE/su"; exec "$@" """ };

    /// <summary>Its owner has said no.</summary>
    public static IReadOnlyDictionary<string, string> RefusingSu { get; } = new Dictionary<string, string> { ["su"] = """echo 'Permission denied' >&2; exit 1""" };

    public static IReadOnlyDictionary<string, string> Jetson { get; } = new Dictionary<string, string>
    {
        ["systemctl"] = """
            file="$STATE/service.$2"
            case $1 in
            is-active) [ -f "$file" ] || { echo inactive; exit 3; }; cat "$file" ;;
            stop) echo inactive > "$file" ;;
            start) echo active > "$file" ;;
            esac
            """,
        ["nvpmodel"] = """
            case $1 in
            -q) echo 'NVPM WARN: fan mode is not set!'; cat "$STATE/power-mode" ;;
            -m) case $2 in
                0) name=MAXN ;; 1) name=MODE_15W ;; 2) name=MODE_30W ;; *) echo 'NVPM ERROR: invalid mode' >&2; exit 255 ;;
                esac
                if [ "$2" = 2 ]; then
                    echo "NVPM WARN: Reboot required for changing to this power mode: 2"
                    echo "NVPM WARN: DO YOU WANT TO REBOOT NOW? enter YES/yes to confirm:"
                    read answer; case $answer in YES|yes) echo rebooted > "$STATE/rebooted" ;; esac
                    echo 'NVPM ERROR: optMask is 1, no request for power mode'; exit 0
                fi
                printf 'NV Power Mode: %s\n%s\n' $name $2 > "$STATE/power-mode" ;;
            esac
            """,
        ["jetson_clocks"] = """
            min=$(cat "$STATE/clocks")
            case $1 in
            --show) echo 'SOC family:tegra234  Machine:Stand-in'; echo 'Online CPUs: 0'
                echo "cpu0:  Online=1 Governor=schedutil MinFreq=$min MaxFreq=1510400 CurrentFreq=1510400 IdleStates: WFI=1 c7=1 "
                echo 'cpu1:  Online=0 Governor=schedutil MinFreq=729600 MaxFreq=1510400 CurrentFreq=729600 IdleStates: WFI=1 c7=1 '
                echo 'GPU MinFreq=624750000 MaxFreq=624750000 CurrentFreq=624750000' ;;
            --store) [ -e "$2" ] && { echo "File $2 already exists. Can I overwrite it? Y/N:"; exit 1; }
                echo "/sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq:$min" > "$2"; echo "/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked:0" >> "$2" ;;
            --restore) [ "$(wc -l < "$2")" -ge 2 ] || exit 1; sed -n 's/.*scaling_min_freq://p' "$2" > "$STATE/clocks" ;;
            *) echo 1510400 > "$STATE/clocks" ;;
            esac
            """,
        ["sudo"] = """
            [ -f "$STATE/sudo-asks" ] && { echo 'sudo: a password is required' >&2; exit 1; }
            shift 2; exec "$@"
            """,
    };

    public static IReadOnlyDictionary<string, string> Hubs { get; } = new Dictionary<string, string>
    {
        ["uhubctl"] = """
            [ "$2" = 1-1 ] || { echo 'No compatible devices detected at location!' >&2; exit 1; }
            show() { echo "$1 status for hub 1-1 [0424:2514, USB 2.00, 4 ports, ppps]"; if [ "$(cat "$STATE/port.$2")" = on ]; then echo "  Port $2: 0100 power"; else echo "  Port $2: 0000 off"; fi
                [ -f "$STATE/usb3" ] && { echo "$1 status for hub 2-1 [0424:5537, USB 3.00, 4 ports, ppps]"; echo "  Port $2: $(cat "$STATE/usb3")"; }; }
            show Current $4
            [ "$5" = -a ] && { [ -f "$STATE/lies" ] || echo $6 > "$STATE/port.$4"; echo "Sent power $6 request"; show New $4; }
            exit 0
            """,
        ["ykushcmd"] = """
            case $3 in
            -g) if [ "$(cat "$STATE/port.$4")" = on ]; then printf '\n\nDownstream port %s is ON\n\n' $4; else printf '\n\nDownstream port %s is OFF\n\n' $4; fi ;;
            -d) echo off > "$STATE/port.$4" ;;
            -u) echo on > "$STATE/port.$4" ;;
            esac
            """,
    };
}
