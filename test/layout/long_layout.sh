#!/bin/bash
# long_layout.sh: every struct type that std declares lies in memory as gomm says: sizes, alignments, offsets and
# pointer maps of all 2,000 and more by reflection, on amd64 and 386; of those in cmd/go by DWARF, on arm64 too.
# limit: 3600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/layout.sh"

layout_go() {
    reflect_agrees "std amd64 $GO_VERSION" amd64 std
    reflect_agrees "std 386 $GO_VERSION" 386 std
    dwarf_agrees "DWARF arm64 $GO_VERSION" arm64 cmd/go
    dwarf_agrees "DWARF amd64 $GO_VERSION" amd64 cmd/go
}

for_each_go layout_go
finish
