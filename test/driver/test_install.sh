#!/bin/bash
# make install and make deb put a gomm that works where it belongs; the shells' completion.
. "$(dirname "$0")/../lib.sh"
B=$(dirname "$GOMM")

install_gomm() {
    make -s -C "$GOMM_ROOT" B="$(realpath --relative-to="$GOMM_ROOT" "$B")" DESTDIR="$lib_tmp/root" PREFIX=/usr install
}
expect "install" 0 install_gomm
expect "what was installed runs" 0 "$lib_tmp/root/usr/bin/gomm" version
for file in share/man/man1/gomm.1 share/doc/gomm/doc/result.md share/doc/gomm/doc/result.schema.json share/bash-completion/completions/gomm share/zsh/site-functions/_gomm \
    share/fish/vendor_completions.d/gomm.fish; do
    if [ -s "$lib_tmp/root/usr/$file" ]; then ok "installed: $file"; else notok "installed: $file" "missing or empty"; fi
done

if command -v dpkg-deb >/dev/null && command -v objdump >/dev/null; then
    expect "deb" 0 "$GOMM_ROOT/scripts/deb.sh" "$(realpath --relative-to="$GOMM_ROOT" "$B")" "$lib_tmp/deb"
    deb=$(cat "$lib_tmp/out")
    expect "its control" 0 dpkg-deb --field "$deb"
    contains "depends on libraries" "$lib_tmp/out" '^Depends: .*libc6 [(]>= 2[.]'
    expect "its files" 0 dpkg-deb --contents "$deb"
    contains "the program" "$lib_tmp/out" 'root/root .* \./usr/bin/gomm$'
    contains "the man page" "$lib_tmp/out" '\./usr/share/man/man1/gomm\.1\.gz$'
    mkdir "$lib_tmp/unpacked"
    expect "unpacks" 0 dpkg-deb --extract "$deb" "$lib_tmp/unpacked"
    expect "and runs" 0 "$lib_tmp/unpacked/usr/bin/gomm" help
    expect "its race runtime too: go run says 66 and ends with 1" 1 env -C "$GOMM_ROOT/test/lost" "$lib_tmp/unpacked/usr/bin/gomm" run ./finished 64
else
    skip "deb" "no dpkg-deb or objdump here"
fi

# ---- completion ----

complete() { # words, of which the last one is being typed
    "$GOMM" completion -words "$@"
}
expect "commands" 0 complete ""
contains "all of them" "$lib_tmp/out" '^typecheck$'
expect "commands that begin so" 0 complete e
lacks "and no others" "$lib_tmp/out" '^check$'
contains "with them" "$lib_tmp/out" '^escape$'
for c in check share fix escape env explain layout report typecheck; do
    expect "flags of $c" 0 complete "$c" -
    contains "there are some" "$lib_tmp/out" '^-'
done
expect "flags of gomm's own beside go's" 0 complete check -gomm.
contains "all of them" "$lib_tmp/out" '^-gomm.inherit$'
expect "flags with a value" 0 complete escape -base
contains "end in =" "$lib_tmp/out" '^-baseline=$'
expect "flags of go's" 0 complete test -cpuprof
contains "too" "$lib_tmp/out" '^-cpuprofile=$'
expect "codes" 0 complete explain RACE
contains "of rules" "$lib_tmp/out" '^RACE01$'
expect "topics" 0 complete help ex
contains "of help" "$lib_tmp/out" '^exit$'
expect "what is no command" 0 complete nothing -
if [ -s "$lib_tmp/out" ]; then notok "has no flags" "$(head -1 "$lib_tmp/out")"; else ok "has no flags"; fi
expect "no shell" 2 "$GOMM" completion
expect "another shell" 2 "$GOMM" completion csh

mkdir -p "$lib_tmp/bin" && ln -sf "$GOMM" "$lib_tmp/bin/gomm"
in_bash() { # line
    PATH=$lib_tmp/bin:$PATH bash -c '
        source <(gomm completion bash)
        COMP_LINE=$1 COMP_POINT=${#1}
        read -r -a COMP_WORDS <<<"$1"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _gomm 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}
expect "bash" 0 in_bash "gomm check -gomm.pa"
contains "completes a flag" "$lib_tmp/out" '^-gomm.patch=$'
for shell in zsh fish; do
    if command -v $shell >/dev/null; then
        "$GOMM" completion $shell >"$lib_tmp/script"
        expect "$shell reads it" 0 $shell -n "$lib_tmp/script"
    else
        skip "$shell reads it" "no $shell here"
    fi
done

finish
