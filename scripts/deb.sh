#!/bin/bash
# deb.sh BUILD-DIRECTORY OUT-DIRECTORY: makes gomm_VERSION_ARCH.deb of what `make install` installs, and prints its name.
# The program has no symbols there. Packages of the libraries that it needs are asked of dpkg, the version of libc of the
# program's own symbols: it runs on older systems than the one that built it.
set -e -o pipefail
cd "$(dirname "$0")/.."
B=$1 out=$2
command -v dpkg-deb >/dev/null || { echo "$0: no dpkg-deb here: Debian packages are made on Debian and its relatives" >&2; exit 2; }
version=$("$B/gomm" version | sed -n 's/^gomm version \([^ ]*\).*/\1/p')
arch=$(dpkg --print-architecture)
[ -n "$version" ] || { echo "$0: $B/gomm does not say its version" >&2; exit 2; }
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
make -s B="$B" DESTDIR="$stage" PREFIX=/usr install >&2
strip --strip-unneeded "$stage/usr/bin/gomm"
# Where Debian's zsh looks (zshmisc: its site-functions are those of /usr/local).
mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions"

# "package (>= version)" of each library that is needed by name.
depends=
while read -r lib; do
    file=$(ldd "$B/gomm" | awk -v lib="$lib" '$1 == lib { print $3 }')
    package=
    for name in "$file" "$(realpath "$file")" "/usr$file" "/usr$(realpath "$file")"; do
        package=$(dpkg-query -S "$name" 2>/dev/null | sed -n '1s/:.*//p') && [ -n "$package" ] && break
    done
    [ -n "$package" ] || { echo "$0: $lib is of no package" >&2; exit 2; }
    if [ "$package" = libc6 ]; then
        has=$(objdump -T "$B/gomm" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -n 1)
    else
        has=$(dpkg-query -W -f '${Version}' "$package" | sed 's/^[0-9]*://; s/-[^-]*$//; s/[+~].*//')
    fi
    case ", $depends," in *", $package "*) ;; *) depends=${depends:+$depends, }"$package (>= $has)" ;; esac
done < <(objdump -p "$B/gomm" | awk '$1 == "NEEDED" && $2 !~ /^ld-linux/ { print $2 }')

install -d "$stage/DEBIAN"
mv "$stage/usr/share/doc/gomm/LICENSE" "$stage/usr/share/doc/gomm/copyright"
gzip -9n "$stage/usr/share/man/man1/gomm.1"
cat >"$stage/DEBIAN/control" <<END
Package: gomm
Version: $version
Architecture: $arch
Maintainer: The gomm authors <gomm@gomm.dev>
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Depends: $depends
Recommends: golang-go
Section: devel
Priority: optional
Description: evidence about the memory of Go programs
 gomm tells where Go values live (stack or heap, and why), who can see them
 (data races), and who shares their cache line (false sharing), and verifies
 each fix that it offers. It stands next to the go command.
END
(cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
mkdir -p "$out"
deb=$out/gomm_${version}_$arch.deb
dpkg-deb --root-owner-group --build "$stage" "$deb" >/dev/null
echo "$deb"
