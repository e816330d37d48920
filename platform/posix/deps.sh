#!/bin/sh
# Installs what the build and the tests need from Debian's packages, and nothing when all is there.
# SOTTO_NO_INSTALL=1 only reports what is missing.
set -eu
packages="gcc pkg-config libc6-dev libportaudio2 portaudio19-dev libsndfile1-dev libkissfft-dev libspeexdsp-dev libcjson-dev libcmocka-dev libyaml-dev libcurl4-openssl-dev"
if [ "${SOTTO_DEPS:-}" = check ]; then
    packages="$packages clang clang-format libclang-rt-14-dev binutils gcc-arm-none-eabi libnewlib-arm-none-eabi g++"
    packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static qemu-system-arm"
fi
missing=""
for p in $packages; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
if [ "${SOTTO_NO_INSTALL:-0}" = 1 ] || ! command -v apt-get >/dev/null; then
    echo "sotto: missing packages:$missing (install them, or run make deps on Debian)" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "sotto: not root and no sudo; install:$missing" >&2; exit 1; }
    sudo=sudo
fi
echo "installing:$missing"
$sudo apt-get update -q >/dev/null
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends $missing >/dev/null
