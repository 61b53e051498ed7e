#!/bin/sh
# Builds the image and tries it without a Docker engine: on Debian, as root, with buildah and
# debootstrap. Debian 13 and its own Python 3.13 stand in for python:3.13-slim.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "image-check: $1" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "must run as root (buildah and debootstrap chroot)"
for tool in buildah debootstrap python3; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install buildah debootstrap python3"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
image() { buildah --root "$work/storage" --runroot "$work/run" "$@"; }

echo "== a base"
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv trixie "$work/base" \
    >"$work/debootstrap.log" || { tail "$work/debootstrap.log"; fail "debootstrap failed"; }
ln -s python3 "$work/base/usr/bin/python"
base=$(image from scratch)
image copy --quiet "$base" "$work/base" / >/dev/null
image commit --quiet "$base" python:3.13-slim >/dev/null
image rm "$base" >/dev/null
rm -rf "$work/base"

echo "== the image"
# pip in the build finds packages as pip does here: by its settings, and the files that these
# name (an index on disk, `…/simple`, leads to what lies beside it).
{ echo "[global]"
  python3 -m pip config list | sed "s/^[^.]*\.//; s/='\(.*\)'\$/ = \1/" | awk -F ' = ' '!known[$1]++'
} >"$work/pip.conf"
set -- --volume "$work/pip.conf:/etc/pip.conf:ro"
for path in $(grep -oE '/[^ ]+' "$work/pip.conf" | sed 's,^/*,/,; s,/simple$,,' | sort -u); do
    if [ -e "$path" ]; then set -- "$@" --volume "$path:$path:ro"; fi
done
image bud --quiet --pull-never --format docker "$@" --tag uservault . >/dev/null
image inspect --type image uservault >"$work/image.json"

echo "== what it does"
container=$(image from --pull-never uservault)
image run --volume "$PWD/docker/inside.py:/tmp/inside.py:ro" \
    --volume "$work/image.json:/tmp/image.json:ro" "$container" -- python /tmp/inside.py
echo "image-check: all is well"
