#!/bin/sh
# KissFFT's sources as Debian has them, into FOLDER/kissfft: downloaded by apt from the deb-src lines that this machine's own package
# sources imply, so that apt checks the signatures and the system's lists stay as they are. Does nothing when they are there.
# usage: kissfft_source.sh FOLDER
set -eu
out=$1/kissfft
[ -f "$out/kiss_fftr.c" ] && exit 0
apt=$1/apt-source
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
say() { echo "kissfft: $*" >&2; exit 1; }
command -v apt-get >/dev/null && command -v dpkg-source >/dev/null || say "expected apt-get and dpkg-source (packages apt, dpkg-dev)"

for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$f" ] && sed -n 's/^deb[[:space:]]/deb-src /p' "$f"
done >"$apt/parts/own.list"
for f in /etc/apt/sources.list.d/*.sources; do
    [ -f "$f" ] && sed 's/^Types:.*/Types: deb-src/' "$f" && echo
done >"$apt/parts/own.sources"

apt_here() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}
apt=$(cd "$apt" && pwd)
apt_here update >"$apt/log" 2>&1 || true # a source of others may have no deb-src; kissfft's must
version=$(dpkg-query -W -f '${source:Version}' libkissfft-dev 2>/dev/null || true)
(cd "$apt" && { apt_here source --download-only "kissfft${version:+=$version}" || apt_here source --download-only kissfft; }) >>"$apt/log" 2>&1 ||
    { tail -n 5 "$apt/log" >&2; say "its source package cannot be downloaded (expected a deb-src of Debian to be reachable; see $apt/log)"; }
rm -rf "$apt/tree" "$out"
dpkg-source --no-copy -x "$apt"/kissfft_*.dsc "$apt/tree" >>"$apt/log" 2>&1 || { tail -n 5 "$apt/log" >&2; say "its source package cannot be unpacked"; }
[ -f "$apt/tree/kiss_fftr.c" ] || say "no kiss_fftr.c in its source package"
mv "$apt/tree" "$out"
