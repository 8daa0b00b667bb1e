# shellcheck shell=sh
# Sourced by ./melt and ./test, which set $root and $program: what has to be installed and built before either can run.
# shellcheck disable=SC2154
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '%s: %s\n' "$program" "$*" >&2; }

require_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1; then
        say "the .NET SDK 10 is missing: there is no dotnet on PATH."
        say "Ubuntu: sudo apt-get install dotnet-sdk-10.0"
        say "elsewhere: https://learn.microsoft.com/dotnet/core/install/linux, then start again."
        exit 1
    fi
}

# found COMMAND: Debian keeps some programs of servers out of PATH.
found() {
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1 && return 0
    for bin in /usr/lib/postgresql/*/bin; do [ ! -x "$bin/$1" ] || return 0; done
    return 1
}

# installed COMMAND PACKAGE WHY ...: installs the packages whose command is missing; fails when it may not. $apt: further options of apt-get.
# RUNLEVEL=1 keeps packages of servers from starting them, where no service manager runs.
installed() {
    packages='' commands=''
    while [ $# -ge 3 ]; do
        if ! found "$1"; then
            packages="$packages $2" commands="$commands $1"
            say "missing: $2 ($3)"
        fi
        shift 3
    done
    [ -n "$packages" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        say "install with your package manager:$packages"
        return 1
    fi
    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }; }; then
            as_root=sudo
        else
            say "not root, and sudo cannot ask here. Install with: sudo apt-get install --no-install-recommends$packages"
            return 1
        fi
    fi
    say "installing with apt-get:$packages"
    # shellcheck disable=SC2086 # lists of options and of package names
    {
        $as_root apt-get update -qq ${apt-} </dev/null >&2 || say "apt-get update failed; trying with the lists already here."
        $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 ${apt-} $packages </dev/null >&2
    } || { say "apt-get could not install:$packages"; return 1; }
    for command in $commands; do
        found "$command" || { say "$command is still missing"; return 1; }
    done
}

# installed_devices: what stands in for phones and boards in tests. The servers' packages have a service manager start them, so not where one runs.
installed_devices() {
    { found sshd && found adbd; } || [ ! -d /run/systemd/system ] || {
        say "openssh-server and adbd would be started here as services, so they are not installed."
        return 1
    }
    installed ssh openssh-client "the link by ssh" sshd openssh-server "the device at its other end, in tests" \
        ip iproute2 "keeps adbd to itself" unshare util-linux "keeps adbd to itself" || return 1
    ! { found adb && found adbd; } || return 0
    # shellcheck source=/dev/null
    case $(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME-}") in bookworm) with_backports installed_adb ;; *) installed_adb ;; esac || return 1
    $as_root rm -f /etc/systemd/system/*.wants/adbd.service
}

installed_adb() { installed adb adb "the link by adb" adbd adbd "the phone at its other end, in tests"; }

# with_backports COMMAND: with a list of sources of its own, from where this machine has Debian from. The machine's sources stay as they are.
with_backports() {
    lists=$(mktemp -d) && chmod 755 "$lists" && mkdir "$lists/lists" || return 1
    # shellcheck disable=SC2016 # apt's own variables
    from=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' | sed -n '/security/d; s/^bookworm //p' | sed -n 1p)
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    for suite in bookworm bookworm-backports; do
        echo "deb $([ ! -f $key ] || echo "[signed-by=$key]") ${from:-none} $suite main"
    done >"$lists/sources.list"
    apt="-o Dir::Etc::sourcelist=$lists/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$lists/lists -o APT::Default-Release=bookworm-backports"
    "$@" && done=0 || done=1
    apt=''
    rm -rf "$lists"
    return "$done"
}

# learn_runtime: sets $runtime (in-process or akka) and $why, from MELT_RUNTIME or from whether the packages of the Akka build restore here.
# One attempt takes seconds; its outcome is kept in obj/ until the packages asked for or NuGet's settings change, a refusal for a day.
learn_runtime() {
    case ${MELT_RUNTIME-} in
    in-process | akka) runtime=$MELT_RUNTIME why="MELT_RUNTIME=$MELT_RUNTIME"; return ;;
    '') ;;
    *) say "MELT_RUNTIME is in-process or akka, not \"$MELT_RUNTIME\"."; exit 2 ;;
    esac
    known=$root/obj/runtime asked=$(restore_inputs | cksum)
    if ! is_known; then
        mkdir -p "$root/obj" || { say "cannot write to $root, where the program has to be built."; exit 1; }
        exec 9>"$root/obj/build.lock"
        flock -n 9 || { say "another build is running; waiting for it."; flock 9; }
        is_known || { echo "$asked"; try_restore 9>&-; } >"$known.new"
        [ ! -f "$known.new" ] || mv "$known.new" "$known"
        exec 9>&-
    fi
    # shellcheck disable=SC2034 # for ./melt and ./test
    runtime=$(sed -n 2p "$known") why=$(sed -n 3p "$known")
}

is_known() {
    [ "$(sed -n 1p "$known" 2>/dev/null)" = "$asked" ] || return 1
    [ "$(sed -n 2p "$known")" = akka ] || [ -z "$(find "$known" -mmin +1440)" ]
}

# restore_inputs: everything that decides whether packages restore; the places are those where NuGet looks for its settings.
restore_inputs() (
    cd "$root" || exit 1
    cat Directory.Packages.props MELT.*/*.csproj
    echo "${RestoreAdditionalProjectSources-} ${NUGET_PACKAGES-}"
    home=${DOTNET_CLI_HOME:-${HOME-}}/.nuget
    find "$home/NuGet" "$home/config" "${HOME-}/.config/NuGet" -iname '*.config' -exec cat {} + 2>/dev/null || :
    while :; do
        find . -maxdepth 1 -iname nuget.config -exec cat {} +
        [ "$(pwd)" != / ] || break
        cd ..
    done
)

# try_restore: prints the runtime and why. One project with one such package says no within seconds; only then everything is fetched.
# In folders of its own, for what a failed attempt leaves makes later ones fail too.
try_restore() (
    cd "$root" || exit 1
    if probe 20 MELT.Sensors && probe 300 MELT.Actors; then
        echo akka
        echo "its packages restore here"
    else
        echo in-process
        echo "packages of the Akka.NET build do not restore here: $({
            sed -n 's/.*error \(NU[0-9]*\): Unable to find package \([A-Za-z0-9.]*[A-Za-z0-9]\).*/\1 \2/p' obj/restore.log
            sed -n 's/.*error \([^[]*\).*/\1/p' obj/restore.log
            echo 'no answer in time'
        } | sed -n 1p)"
    fi
    rm -rf MELT.*/obj/probe
)

# probe SECONDS PROJECT
probe() {
    MSBUILDDISABLENODEREUSE=1 NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT=2 timeout "$1" dotnet restore "$2" -p:MeltRuntime=akka -p:BaseIntermediateOutputPath=obj/probe/ \
        -p:NuGetLockFilePath=obj/probe/packages.lock.json -v quiet --nologo </dev/null >obj/restore.log 2>&1
}

# names RUNTIME: what people call it.
names() {
    case $1 in akka) echo 'Akka.NET runtime' ;; *) echo 'in-process runtime' ;; esac
}

# output RUNTIME PROJECT: where its build lies.
output() {
    case $1 in akka) folder=bin/akka/Release ;; *) folder=bin/Release ;; esac
    echo "$root/$2/$folder/net10.0/$(basename -- "$2").dll"
}

# inputs FOLDER ...: name, size and time of everything a build reads, so that a changed, new or deleted file shows.
inputs() (
    cd "$root" || exit 1
    find . -maxdepth 1 -type f \( -name '*.props' -o -name '*.targets' -o -name '*.sln' -o -name '*.txt' -o -name '.editorconfig' \
        -o -iname 'nuget.config' -o -name 'global.json' \) -printf '%p %s %T@\n' | sort
    find MELT.* hocon docs "$@" \( -name bin -o -name obj -o -name node_modules -o -name TestResults -o -name melt-data -o -name __pycache__ \) -prune \
        -o -type f -printf '%p %s %T@\n' 2>/dev/null | sort
)

# is_built STAMP RUNTIME FOLDER ...: nothing changed since the stamp was written, and what was built is still there.
is_built() {
    stamp=$1 built=$(output "$2" MELT.Host)
    shift 2
    [ -f "$stamp" ] && [ -f "$built" ] || return 1
    for lock in "$root"/MELT.*/package-lock.json; do
        [ ! -f "$lock" ] || [ -f "$(dirname -- "$lock")/node_modules/.package-lock.json" ] || return 1
    done
    inputs "$@" | cmp -s - "$stamp"
}

# build RUNTIME TARGET STAMP FOLDER ...: builds Release unless it is there; one builder at a time. $why says why this runtime, where it was chosen.
build() {
    chosen=$1 target=$2 stamp=$root/obj/$3
    shift 3
    ! is_built "$stamp" "$chosen" "$@" || return 0
    mkdir -p "$root/obj" || { say "cannot write to $root, where the program has to be built."; exit 1; }
    exec 9>"$root/obj/build.lock"
    flock -n 9 || { say "another build is running; waiting for it."; flock 9; }
    if ! is_built "$stamp" "$chosen" "$@"; then
        installed node nodejs "runs npm" npm npm "fetches the native llama.cpp libraries by lock file" 9>&- || exit 1
        say "building (Release, $(names "$chosen")${why:+; $why}); the first time takes a minute or two."
        rm -f "$stamp"
        inputs "$@" >"$stamp.new"
        # The lock is closed for the children: a compiler server that stays behind must not hold it.
        if ! (
            cd "$root" || exit 1
            export MSBUILDDISABLENODEREUSE=1
            exec dotnet build "$target" -c Release "-p:MeltRuntime=$chosen" -v quiet --nologo </dev/null >obj/build.log 2>&1 9>&-
        ); then
            cat "$root/obj/build.log" >&2
            say "the build failed; the compiler's words are above."
            exit 1
        fi
        mv "$stamp.new" "$stamp"
    fi
    exec 9>&-
}
