#!/bin/bash
# deb.sh BUILD-DIRECTORY OUT-DIRECTORY: makes gomm_VERSION_ARCH.deb of what `make install` installs, and prints its name.
# Packages of the libraries that the binary needs are asked of dpkg.
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

# "package (>= version)" of each library that is needed by name.
depends=
while read -r lib; do
    file=$(ldd "$B/gomm" | awk -v lib="$lib" '$1 == lib { print $3 }')
    package=
    for name in "$file" "$(realpath "$file")" "/usr$file" "/usr$(realpath "$file")"; do
        package=$(dpkg-query -S "$name" 2>/dev/null | sed -n '1s/:.*//p') && [ -n "$package" ] && break
    done
    [ -n "$package" ] || { echo "$0: $lib is of no package" >&2; exit 2; }
    has=$(dpkg-query -W -f '${Version}' "$package" | sed 's/^[0-9]*://; s/-[^-]*$//; s/[+~].*//')
    case ", $depends," in *", $package "*) ;; *) depends=${depends:+$depends, }"$package (>= $has)" ;; esac
done < <(objdump -p "$B/gomm" | awk '$1 == "NEEDED" && $2 !~ /^ld-linux/ { print $2 }')

install -d "$stage/DEBIAN" "$stage/usr/share/doc/gomm"
install -m 644 LICENSE "$stage/usr/share/doc/gomm/copyright"
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
