# modules.sh: small Go modules for the tests of the driver, written to $lib_tmp.
# shellcheck shell=sh

# new_module NAME: an empty module in $lib_tmp/NAME, and go there.
new_module() {
    mkdir -p "$lib_tmp/$1" && cd "$lib_tmp/$1" || exit 2
    printf 'module example.com/%s\n\ngo 1.19\n' "$1" >go.mod
}

# A program that races, whatever the schedule, and exits by itself with status $1 (0: returns
# from main).
write_racy_program() { # exit status
    cat >main.go <<EOF
package main

import (
	"fmt"
	"os"
)

var shared int

func main() {
	done := make(chan bool)
	go func() {
		shared = 1
		done <- true
	}()
	shared = 2
	<-done
	fmt.Println("done")
	if $1 != 0 {
		os.Exit($1)
	}
}
EOF
}

# Package p with a test that races, one that does not, and an example of everything else that a
# package has.
write_racy_package() {
    cat >p.go <<'EOF'
package p

var ready bool

// Publish races with Ready.
func Publish() { ready = true }

// Ready races with Publish.
//
//go:noinline
func Ready() bool { return ready }
EOF
    cat >p_test.go <<'EOF'
package p

import "testing"

func TestRace(t *testing.T) {
	done := make(chan bool)
	go func() {
		Publish()
		done <- true
	}()
	_ = Ready()
	<-done
}

func TestCalm(t *testing.T) {}
EOF
}

write_calm_package() {
    cat >p.go <<'EOF'
package p

// Double doubles.
func Double(n int) int { return 2 * n }
EOF
    cat >p_test.go <<'EOF'
package p

import "testing"

func TestDouble(t *testing.T) {
	if Double(2) != 4 {
		t.Error("Double(2)")
	}
}

func FuzzDouble(f *testing.F) {
	f.Add(3)
	f.Fuzz(func(t *testing.T, n int) {
		if Double(n)/2 != n && n < 1<<30 && n > -1<<30 {
			t.Error(n)
		}
	})
}
EOF
}

# Whether the program holds gomm's race runtime: Go's own, ThreadSanitizer, brings a message of
# its own along that gomm's does not have.
has_stock_runtime() { # binary
    grep -aq 'ThreadSanitizer' "$1"
}
