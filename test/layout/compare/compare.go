// Compare is one half of a program that test_layout.sh has go build: the other half lists pointers to all types
// that are to be looked at (../ref generates it).  What reflect and the garbage collector's own data say of them
// must be what `gomm layout -json -all -packages` said.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"unsafe"
)

type field struct {
	Name     string
	Type     string
	Offset   uintptr
	Size     uintptr
	Align    int
	Embedded bool
	Fields   []field
}

type entry struct {
	Package  string
	Type     string
	Size     uintptr
	Align    int
	Ptrdata  uintptr
	Pointers string
	Fields   []field
}

// The beginning of a type descriptor: internal/abi.Type, in Go 1.19 reflect.rtype.
type descriptor struct {
	size, ptrdata uintptr
	hash          uint32
	tflag         uint8
	align         uint8
	fieldAlign    uint8
	kind          uint8
	equal         func(unsafe.Pointer, unsafe.Pointer) bool
	gcdata        *byte
}

const (
	kindGCProg    = 1 << 6 // of kind, until Go 1.23: gcdata is a program
	tflagOnDemand = 1 << 4 // of tflag, from Go 1.24 on: gcdata is where a map will be put
)

var (
	wrong, types, fields, maps int
	ptrSize                    = unsafe.Sizeof(uintptr(0))
)

func complain(format string, args ...any) {
	if wrong++; wrong <= 50 {
		fmt.Printf("  "+format+"\n", args...)
	}
}

func compareFields(where string, t reflect.Type, base uintptr, list []field) {
	if t.NumField() != len(list) {
		complain("%s: %d fields, gomm has %d", where, t.NumField(), len(list))
		return
	}
	for i, f := range list {
		fields++
		g := t.Field(i)
		at := where + "." + g.Name
		if f.Name != g.Name || f.Embedded != g.Anonymous {
			complain("%s: gomm calls it %s, embedded %v", at, f.Name, f.Embedded)
		}
		if f.Offset != base+g.Offset {
			complain("%s: offset %d, gomm says %d", at, base+g.Offset, f.Offset)
		}
		if f.Size != g.Type.Size() || f.Align != g.Type.FieldAlign() {
			complain("%s: size %d, alignment %d, gomm says %d, %d", at, g.Type.Size(), g.Type.FieldAlign(),
				f.Size, f.Align)
		}
		if (f.Fields != nil) != (g.Type.Kind() == reflect.Struct) {
			complain("%s: a %s", at, g.Type.Kind())
		} else if f.Fields != nil {
			compareFields(at, g.Type, base+g.Offset, f.Fields)
		}
	}
}

func comparePointers(where string, t reflect.Type, e *entry) {
	d := *(**descriptor)(unsafe.Add(unsafe.Pointer(&t), ptrSize))
	if d.size != t.Size() {
		complain("%s: this program does not know this Go's type descriptors", where)
		return
	}
	if d.ptrdata != e.Ptrdata {
		complain("%s: pointers up to %d, gomm says %d", where, d.ptrdata, e.Ptrdata)
		return
	}
	words := d.ptrdata / ptrSize
	if d.kind&kindGCProg != 0 || d.tflag&tflagOnDemand != 0 || words > uintptr(len(e.Pointers)) {
		return
	}
	var b strings.Builder
	for i := uintptr(0); i < words; i++ {
		b.WriteByte('0' + *(*byte)(unsafe.Add(unsafe.Pointer(d.gcdata), i/8))>>(i%8)&1)
	}
	maps++
	if b.String() != e.Pointers {
		complain("%s: pointers at %s, gomm says %s", where, b.String(), e.Pointers)
	}
}

func compare(list []any) {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	var doc struct {
		Types []entry
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	real := map[string]reflect.Type{}
	for _, p := range list {
		t := reflect.TypeOf(p).Elem()
		real[t.PkgPath()+"."+t.Name()] = t
	}
	for i := range doc.Types {
		e := &doc.Types[i]
		name := e.Package + "." + e.Type
		t := real[name]
		if t == nil {
			complain("%s: not in the program", name)
			continue
		}
		types++
		if e.Size != t.Size() || e.Align != t.Align() {
			complain("%s: size %d, alignment %d, gomm says %d, %d", name, t.Size(), t.Align(), e.Size, e.Align)
		}
		compareFields(name, t, 0, e.Fields)
		comparePointers(name, t, e)
	}
	if types != len(list) {
		complain("%d types in the program, %d compared", len(list), types)
	}
	fmt.Printf("%d struct types, %d fields, %d pointer maps, %d differences\n", types, fields, maps, wrong)
	if wrong > 0 || types == 0 {
		os.Exit(1)
	}
}
