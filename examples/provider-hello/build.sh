#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiles the provider for $TENON_TARGET (`tenon build` sets it; by hand it is this machine), statically, so that the
# file runs on any Linux of that processor.
set -eu
machine="$(uname -m)-linux"
target="${TENON_TARGET:-$machine}"

if [ "$target" = "$machine" ]; then
    compiler="${CXX:-c++}"
else
    case "$target" in
    x86_64-linux) compiler=x86_64-linux-gnu-g++ ;;
    aarch64-linux) compiler=aarch64-linux-gnu-g++ ;;
    *)
        echo "build.sh: no compiler is known for $target" >&2
        exit 1
        ;;
    esac
fi
if ! command -v "$compiler" >/dev/null; then
    echo "build.sh: $compiler is missing; on Debian it is in the package g++-$(echo "${target%-linux}" | tr _ -)-linux-gnu" >&2
    exit 1
fi

mkdir -p build
echo "build.sh: $compiler for $target"
exec "$compiler" -std=c++17 -O2 -Wall -Wextra -static -s -o "build/provider-hello.$target" src/main.cpp src/host_data.cpp
