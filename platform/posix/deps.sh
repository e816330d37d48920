#!/bin/sh
# Installs what the build and the tests need from Debian's packages, and nothing when all is there. usage: deps.sh [TRIPLE]
# With the triple of another machine (aarch64-linux-gnu, arm-linux-gnueabihf) also what a cross build for it needs: compiler,
# that machine's libraries beside ours (multiarch), QEMU to run the tests in.
# SOTTO_NO_INSTALL=1 only reports what is missing. SOTTO_DEPS=check: what `make check` needs, too; firmware: what `make firmware` does;
# flash: what `make flash` does.
set -eu
libraries="libportaudio2 portaudio19-dev libsndfile1-dev libkissfft-dev libspeexdsp-dev libcjson-dev libcmocka-dev libyaml-dev"
needed="gcc pkg-config libc6-dev $libraries libcurl4-openssl-dev"
wanted="" # is tried; who uses it does without and says so
foreign=""

of() { # ARCHITECTURE PACKAGE ...
    a=$1
    shift
    printf " %s:$a" "$@"
}
# libcurl is only wanted: its OpenSSL must be of the very version installed here, which an archive that lacks the other
# machine's security updates does not have.
case ${1:-} in
'') ;;
aarch64-linux-gnu) foreign=arm64 ;;
arm-linux-gnueabihf) foreign=armhf ;;
*) echo "sotto: no cross build for $1; there are aarch64-linux-gnu and arm-linux-gnueabihf" >&2 && exit 2 ;;
esac
if [ -n "$foreign" ]; then
    needed="$needed gcc-$1 libc6-dev-$foreign-cross qemu-user-static$(of $foreign $libraries)"
    wanted="libcurl4-openssl-dev:$foreign"
fi
[ "${SOTTO_DEPS:-}" != flash ] || needed="$needed openocd gcc-arm-none-eabi libnewlib-arm-none-eabi dpkg-dev"
[ "${SOTTO_DEPS:-}" != firmware ] || needed="$needed gcc-arm-none-eabi libnewlib-arm-none-eabi dpkg-dev qemu-system-arm"
if [ "${SOTTO_DEPS:-}" = check ]; then
    needed="$needed clang clang-format libclang-rt-14-dev binutils gcc-arm-none-eabi libnewlib-arm-none-eabi g++ dpkg-dev openocd"
    needed="$needed gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user-static qemu-system-arm"
    if [ "$(dpkg --print-architecture 2>/dev/null)" != arm64 ]; then
        foreign="$foreign arm64"
        wanted="$wanted$(of arm64 $libraries)"
    fi
fi

absent() {
    for p in "$@"; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || printf ' %s' "$p"
    done
}
missing=$(absent $needed) more=$(absent $wanted)
[ -z "$missing$more" ] && exit 0
if [ "${SOTTO_NO_INSTALL:-0}" = 1 ] || ! command -v apt-get >/dev/null; then
    [ -z "$more" ] || echo "sotto: going without:$more" >&2
    [ -z "$missing" ] && exit 0
    echo "sotto: missing packages:$missing (install them, or run make deps on Debian)" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "sotto: not root and no sudo; install:$missing$more" >&2; exit 1; }
    sudo=sudo
fi
fetched=0
for a in $foreign; do
    dpkg --print-foreign-architectures | grep -qx "$a" || { $sudo dpkg --add-architecture "$a"; fetched=-1; }
done
# Lists that fail (a mirror without one machine's updates) leave the others usable.
update() {
    [ $fetched = 1 ] || $sudo apt-get update -q >/dev/null || echo "sotto: apt-get update failed in part; going on with the lists there are" >&2
    fetched=1
}
install() { DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "$@" >/dev/null; }
if [ -n "$missing" ]; then
    echo "installing:$missing"
    update
    # Named with it, this machine's pkg-config stays: those of other machines would come with their libraries.
    install $missing "pkg-config:$(dpkg --print-architecture)"
fi
[ $fetched != -1 ] || update
for p in $more; do
    if apt-get install -s --no-install-recommends "$p" "pkg-config:$(dpkg --print-architecture)" >/dev/null 2>&1; then
        echo "installing: $p"
        install "$p" "pkg-config:$(dpkg --print-architecture)" || echo "sotto: going without $p: it could not be installed" >&2
    else
        echo "sotto: going without $p: this archive has no version of it that fits what is installed here" >&2
    fi
done
