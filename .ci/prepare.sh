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

# installed COMMAND PACKAGE WHY ...: installs the packages whose command is missing; fails when it may not.
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
    # shellcheck disable=SC2086 # a list of package names
    {
        $as_root apt-get update -qq </dev/null >&2 || say "apt-get update failed; trying with the lists already here."
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 $packages </dev/null >&2
    } || { say "apt-get could not install:$packages"; return 1; }
    for command in $commands; do
        found "$command" || { say "$command is still missing"; return 1; }
    done
}

# inputs FOLDER ...: name, size and time of everything a build reads, so that a changed, new or deleted file shows.
inputs() (
    cd "$root" || exit 1
    find . -maxdepth 1 -type f \( -name '*.props' -o -name '*.targets' -o -name '*.sln' -o -name '*.txt' -o -name '.editorconfig' \
        -o -iname 'nuget.config' -o -name 'global.json' \) -printf '%p %s %T@\n' | sort
    find MELT.* hocon docs "$@" \( -name bin -o -name obj -o -name node_modules -o -name TestResults -o -name melt-data -o -name __pycache__ \) -prune \
        -o -type f -printf '%p %s %T@\n' 2>/dev/null | sort
)

# is_built STAMP FOLDER ...: nothing changed since the stamp was written, and what was built is still there.
is_built() {
    stamp=$1
    shift
    [ -f "$stamp" ] && [ -f "$root/MELT.Host/bin/Release/net10.0/MELT.Host.dll" ] || return 1
    for lock in "$root"/MELT.*/package-lock.json; do
        [ ! -f "$lock" ] || [ -f "$(dirname -- "$lock")/node_modules/.package-lock.json" ] || return 1
    done
    inputs "$@" | cmp -s - "$stamp"
}

# build TARGET STAMP FOLDER ...: builds Release unless it is there; one builder at a time.
build() {
    target=$1 stamp=$root/obj/$2
    shift 2
    ! is_built "$stamp" "$@" || return 0
    mkdir -p "$root/obj" || { say "cannot write to $root, where the program has to be built."; exit 1; }
    exec 9>"$root/obj/build.lock"
    flock -n 9 || { say "another build is running; waiting for it."; flock 9; }
    if ! is_built "$stamp" "$@"; then
        installed node nodejs "runs npm" npm npm "fetches the native llama.cpp libraries by lock file" 9>&- || exit 1
        say "building (Release, in-process runtime); the first time takes a minute or two."
        rm -f "$stamp"
        inputs "$@" >"$stamp.new"
        # The lock is closed for the children: a compiler server that stays behind must not hold it.
        if ! (
            cd "$root" || exit 1
            export MSBUILDDISABLENODEREUSE=1
            exec dotnet build "$target" -c Release -v quiet --nologo </dev/null >obj/build.log 2>&1 9>&-
        ); then
            cat "$root/obj/build.log" >&2
            say "the build failed; the compiler's words are above."
            exit 1
        fi
        mv "$stamp.new" "$stamp"
    fi
    exec 9>&-
}
