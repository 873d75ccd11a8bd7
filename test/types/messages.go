// Command messages compares the errors of eval_types, words and columns, with those of the installed compiler:
//
//	messages -eval build/test/types/eval_types -go /usr/local/go/bin/go -n 400 -seed 1
//	messages -eval … -go … -testdata
//
// With -n it makes programs of that many random statements, wrong ones mostly; with -testdata it takes the files of
// GOROOT/src/internal/types/testdata that import nothing.  Each error of the compiler must be one of eval_types', and
// each line with an error of eval_types' must be one of the compiler's (which does not show all errors of a line).
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var (
	evalFlag = flag.String("eval", "", "eval_types")
	goFlag   = flag.String("go", "go", "go command")
	nFlag    = flag.Int("n", 0, "statements in a random program")
	seedFlag = flag.Int64("seed", 1, "of the random program")
	bodyFlag = flag.Bool("bodies", false, "of -n functions with nested statements")
	dataFlag = flag.Bool("testdata", false, "the type checkers' testdata")
	keepFlag = flag.String("keep", "", "write the random program to this file")
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "messages:", err)
		os.Exit(2)
	}
}

// ---- random statements ----

// What the statements of a program are about: each kind of type, generic code, and constants of every sort.
const prelude = `package p

import "unsafe"

type MyInt int
type MyStr string
type MySl []int
type MyFn func(int) int
type MyCh chan int
type MyMap map[string]int
type MyArr [4]int
type MyBool bool
type St struct { A int; b string; *Em }
type St2 struct { A int ` + "`tag`" + `; b string; *Em }
type Em struct { Z float64; y []int }
func (Em) M() int { return 0 }
func (*Em) PM(x int) (int, error) { return 0, nil }
type If interface { M() int }
type Num interface { ~int | ~float64 }
type Bs interface { ~[]byte | ~string }
type Gen[T any] struct { v T; next *Gen[T] }
func (g Gen[T]) Get() T { return g.v }
type Pair[A, B any] struct { a A; b B }
type Al = MyInt
type GAl[T any] = []T
var i int; var i8 int8; var u8 uint8; var u uint; var u64 uint64; var up uintptr; var r rune
var f32 float32; var f64 float64; var c64 complex64; var c128 complex128
var s string; var b bool; var e any; var er error; var iff If; var by []byte; var rs []rune
var sl []int; var arr [4]int; var parr *[4]int; var m map[string]int; var mi map[any]int
var ch chan int; var rch <-chan int; var sch chan<- int; var fn func(int) int; var fv func(...int)
var st St; var pst *St; var st2 St2; var em Em; var mint MyInt; var mstr MyStr; var msl MySl; var mfn MyFn
var mch MyCh; var mmap MyMap; var marr MyArr; var mb MyBool; var p *int; var pp **int; var usp unsafe.Pointer
var gi Gen[int]; var pgi *Gen[string]; var ali Al; var gal GAl[int]; var anon struct { A int; b string; *Em }
var ss [][]int; var ps []*St; var ms map[string]St; var mp map[St]*St
const ci int = 5; const cf = 2.5; const cu uint8 = 200; const cs = "abc"; const cb = true; const cz = 0
const cr = 'x'; const cbig = 1 << 100; const cm MyInt = 3; const cc = 1i
func f0() {}
func f1() int { return 0 }
func f2() (int, string) { return 0, "" }
func f3(int, string) {}
func f4(a int, b ...string) bool { return true }
func id[T any](x T) T { return x }
func gsum[T Num](x ...T) T { var z T; return z }
func gmap[K comparable, V any](m map[K]V) []K { return nil }
func gap[T, U any](f func(T) U, x []T) []U { return nil }
`

var (
	names = strings.Fields(`i i8 u8 u u64 up r f32 f64 c64 c128 s b e er iff by rs sl arr parr m mi ch rch sch fn fv
		st pst st2 em mint mstr msl mfn mch mmap marr mb p pp usp gi pgi ali gal anon ss ps ms mp
		ci cf cu cs cb cz cr cbig cm cc f0 f1 f2 f3 f4 id gsum gmap gap tt tn tb tc tp`)
	numNames = strings.Fields(`i i8 u8 u u64 r f32 f64 c128 s b e mint ci cf cu cs cb cz cr cbig cm cc tn tb`)
	types    = strings.Split(`int;int8;uint8;uint;uint64;uintptr;rune;float32;float64;complex64;complex128;string;bool;any;`+
		`error;If;[]byte;[]rune;[]int;[4]int;[2]int;*[4]int;*[2]int;map[string]int;map[any]int;chan int;<-chan int;`+
		`chan<- int;func(int) int;St;*St;St2;Em;MyInt;MyStr;MySl;MyFn;MyCh;MyMap;MyArr;MyBool;*int;unsafe.Pointer;`+
		`Gen[int];*Gen[string];Al;GAl[int];Gen;Pair[int, string];struct{ A int; b string; *Em };[]any;[][]int;[]*St;`+
		`map[string]St;map[St]*St;[...]int;interface{ M() int };T;N;B;*T;[]T;C;Num;comparable`, ";")
	numTypes = strings.Fields(`int int8 uint8 uint uint64 rune float32 float64 complex64 complex128 string bool any
		MyInt MyStr MyBool []byte N B`)
	literals = strings.Fields(`0 1 2 3 7 -1 255 256 1.0 1.5 -0.5 'a' "foo" "" 1i 2+0i 1<<8 1<<31 1<<62 1<<63 1<<64 1e3
		1e39 1e309 true false nil 0x7fff 0b11 1_000 1e-400 5.0 100 300`)
	numLiterals = strings.Fields(`1<<511 1<<512 1<<100 0.1 1e100 1e4000 1.0<<3 -1<<63 1/3.0 1<<63-1 1i*1i '\xff' "\xff"
		0x1p-2 1e308 3.4e38 -2147483648 1<<i 1.0<<i 1<<u 1<<s 1<<1.0 1.5<<1 2.0<<u -5 1>>3 -1>>1`)
	operators = strings.Fields(`+ - * / % & | ^ &^ << >> == != < <= > >= && ||`)
	selectors = strings.Fields(`A b Z y M PM v next Get foo a Em M() Get() PM(1) z`)
	builtins  = strings.Fields(`len cap append append copy min max complex real imag new make make unsafe.Sizeof
		unsafe.Alignof unsafe.Offsetof unsafe.Slice unsafe.String unsafe.StringData unsafe.SliceData unsafe.Add
		delete clear close panic print recover`)
	functions = strings.Fields(`f0 f1 f2 f3 f4 fn fv mfn id gsum gmap gap id[int] gsum[float64] gap[int] em.M em.PM st.M
		pst.PM Em.M (*Em).PM gi.Get iff.M er.Error`)
	literalTypes = strings.Split(`[]int;[4]int;[...]int;[2]string;map[string]int;map[any]int;St;&St;Em;[]St;[]*St;`+
		`map[St]int;[]any;MySl;MyArr;MyMap;Gen[int];Pair[int, string];struct{ x, y int };[][]int;[]MyInt;`+
		`map[float64]string;T;[3]float32;*St;int;GAl[string];[][2]int`, ";")
	literalKeys = strings.Fields(`0 1 2 3 5 "a" "b" A b Z v a i 1.0 'a' -1 Em x y c ci`)
	funcLits    = strings.Split(`func() {};func(x int) int { return x };func(x ...int) {};`+
		`func() (int, string) { return 1, "a" }`, ";")
	isName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)
)

// A gen makes expressions; numeric: mostly of constants and numbers.
type gen struct {
	*rand.Rand
	numeric bool
}

func (g gen) of(list []string) string { return list[g.Intn(len(list))] }

func (g gen) typ() string {
	if g.numeric {
		return g.of(numTypes)
	}
	return g.of(types)
}

func (g gen) name() string {
	if g.numeric {
		return g.of(numNames)
	}
	return g.of(names)
}

func (g gen) atom() string {
	switch {
	case g.Float64() < 0.6:
		return g.name()
	case g.numeric && g.Intn(2) == 0:
		return g.of(numLiterals)
	}
	return g.of(literals)
}

func (g gen) list(d, n int) string {
	v := make([]string, n)
	for i := range v {
		v[i] = g.expr(d)
	}
	return strings.Join(v, ", ")
}

// operand is an expression that may stand beside an operator, primary one before a selector.
func (g gen) operand(d int) string {
	e := g.expr(d)
	if strings.Contains(e, " ") && g.Intn(5) > 0 {
		return "(" + e + ")"
	}
	return e
}

func (g gen) primary(d int) string {
	e := g.expr(d)
	if isName.MatchString(e) {
		return e
	}
	return "(" + e + ")"
}

func (g gen) conversion(d int) string {
	t := g.typ()
	if strings.ContainsAny(t[:1], "*<") || strings.HasPrefix(t, "func") || strings.HasPrefix(t, "chan") {
		t = "(" + t + ")"
	}
	return t + "(" + g.expr(d) + ")"
}

func (g gen) slice(d int) string {
	var v [3]string
	for i := range v {
		if g.Intn(5) < 3 {
			v[i] = g.expr(d)
		}
	}
	if g.Intn(5) > 0 {
		return g.primary(d) + "[" + v[0] + ":" + v[1] + "]"
	}
	for i := 1; i < 3; i++ {
		if v[i] == "" {
			v[i] = strconv.Itoa(i)
		}
	}
	return g.primary(d) + "[" + strings.Join(v[:], ":") + "]"
}

func (g gen) builtin(d int) string {
	f := g.of(builtins)
	n := 1
	switch f {
	case "append", "min", "max":
		n = 1 + g.Intn(3)
	case "copy", "complex", "unsafe.Slice", "unsafe.String", "unsafe.Add", "delete":
		n = 2
	case "recover":
		n = 0
	}
	if n > 0 && g.Intn(20) == 0 {
		n += 1 - 2*g.Intn(2)
	}
	args := g.list(d, n)
	if f == "make" {
		args = g.typ()
		for k := g.Intn(3); k > 0; k-- {
			args += ", " + g.expr(d)
		}
	} else if f == "new" && g.Intn(2) == 0 {
		args = g.typ()
	}
	if args != "" && (g.Intn(30) == 0 || f == "append" && g.Intn(4) == 0) {
		args += "..."
	}
	return f + "(" + args + ")"
}

func (g gen) call(d int) string {
	f := g.of(functions)
	if g.Intn(len(functions)) == 0 {
		f = g.primary(d)
	}
	args := g.list(d, []int{0, 1, 1, 1, 2, 2, 3}[g.Intn(7)])
	if args != "" && g.Intn(10) == 0 {
		args += "..."
	}
	return f + "(" + args + ")"
}

func (g gen) composite(d int) string {
	var v []string
	keyed := g.Intn(2) == 0
	for k := g.Intn(5); k > 0; k-- {
		e := g.expr(d)
		if g.Intn(4) == 0 {
			e = "{" + g.list(d-1, g.Intn(3)) + "}"
		}
		if keyed {
			key := g.of(literalKeys)
			if g.Intn(len(literalKeys)) == 0 {
				key = g.atom()
			}
			e = key + ": " + e
		}
		v = append(v, e)
	}
	return g.of(literalTypes) + "{" + strings.Join(v, ", ") + "}"
}

func (g gen) expr(d int) string {
	k := g.Intn(100)
	if g.numeric && g.Intn(100) < 85 {
		k = k * 58 / 100
	}
	switch {
	case d <= 0 || k < 12:
		return g.atom()
	case k < 42:
		return g.operand(d-1) + " " + g.of(operators) + " " + g.operand(d-1)
	case k < 48:
		return g.of([]string{"-", "+", "^", "!", "&", "*", "<-", "~"}) + g.operand(d-1)
	case k < 58:
		return g.conversion(d - 1)
	case k < 62:
		return g.primary(d-1) + "[" + g.expr(d-1) + "]"
	case k < 66:
		return g.slice(d - 1)
	case k < 70:
		return g.primary(d-1) + "." + g.of(selectors)
	case k < 73:
		return g.primary(d-1) + ".(" + g.typ() + ")"
	case k < 88:
		return g.builtin(d - 1)
	case k < 94:
		return g.composite(d - 1)
	case k < 99:
		return g.call(d - 1)
	}
	return g.of(funcLits)
}

func (g gen) statement() string {
	d := []int{1, 1, 2, 2, 2, 3}[g.Intn(6)]
	if g.numeric {
		d++
	}
	lhs := func() string {
		if g.Intn(3) > 0 {
			return g.name()
		}
		return g.primary(1)
	}
	switch k := g.Intn(100); {
	case k < 35:
		return "_ = " + g.expr(d)
	case k < 50:
		return "{ var x " + g.typ() + " = " + g.expr(d) + "; _ = x }"
	case k < 58:
		return "{ const x = " + g.expr(d) + "; _ = x }"
	case k < 62:
		return "{ const x " + g.typ() + " = " + g.expr(d) + "; _ = x }"
	case k < 70:
		return lhs() + " " + g.of(operators[:11]) + "= " + g.expr(d)
	case k < 76:
		return lhs() + " = " + g.expr(d)
	case k < 80:
		return "switch (" + g.expr(d) + ") { case " + g.expr(1) + ", " + g.expr(1) + ": }"
	case k < 84:
		return "{ x := " + g.expr(d) + "; _ = x }"
	case k < 87:
		return "for x := range " + g.primary(d) + " { _ = x }"
	case k < 90:
		return "if (" + g.expr(d) + ") { }"
	case k < 92:
		return g.of([]string{"go ", "defer ", ""}) + g.of([]string{"f1", "print", "len", "f4", "id"}) + "(" + g.expr(d) + ")"
	case k < 94:
		return g.primary(1) + " <- " + g.expr(d)
	case k < 96:
		return "{ x1, x2 := " + g.expr(d) + "; _, _ = x1, x2 }"
	case k < 98:
		return "func() " + g.typ() + " { return " + g.expr(d) + " }()"
	}
	return g.expr(d)
}

func program(seed int64, n int) string {
	g := gen{rand.New(rand.NewSource(seed)), seed%2 == 0}
	var b strings.Builder
	b.WriteString(prelude)
	for i := 0; i < n; i++ {
		if i%20 == 0 {
			if i > 0 {
				b.WriteString("}\n")
			}
			fmt.Fprintf(&b, "func g%d[T any, N Num, B Bs, C chan int | chan<- int, P *int | *MyInt](tt T, tn N, tb B, tc C, tp P) {\n", i)
		}
		b.WriteString("\t" + g.statement() + "\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// ---- random bodies ----

// A body is functions of nested statements; their expressions are simpler, so that more of the statements are right.
type body struct {
	gen
	branches bool // also labels and jumps, whose errors hide all others
}

var (
	varTypes = map[string]string{"i": "int", "u8": "uint8", "f64": "float64", "s": "string", "b": "bool", "e": "any",
		"er": "error", "sl": "[]int", "arr": "[4]int", "parr": "*[4]int", "m": "map[string]int", "ch": "chan int",
		"rch": "<-chan int", "sch": "chan<- int", "fn": "func(int) int", "st": "St", "pst": "*St", "mint": "MyInt",
		"iff": "If", "p": "*int", "it2": "", "it1": "", "it0": ""}
	vars = strings.Fields("i u8 f64 s b e er sl arr parr m ch rch sch fn st pst mint iff p it2 it1 it0 i b s")
	// Names that are declared here and there.
	locals      = strings.Fields("a x y z w")
	simpleCalls = strings.Fields(`f0() f1() f2() print(i) <-ch fn(1) (f1()) panic(1) close(ch) len(s) recover()
		copy(sl,sl) append(sl,1) f4 i nil "a"`)
	values     = strings.Fields(`f1() f2() f4(1) len(s) <-ch m["a"] e.(int) sl[0] st.A fn(1)`)
	pairs      = strings.Fields(`f2() m["a"] <-ch e.(int)`)
	rangeExprs = strings.Split(`10;"abc";func(yield func(int) bool) {};nil;[]string{"a"};map[int]bool{};*parr;f2;3.0;'x'`, ";")
	caseTypes  = strings.Split(`int;string;nil;error;St;*St;If;[]int;MyInt;any;func();map[string]int;Gen[int];x;1;T;float64`, ";")
	comms      = strings.Split(`case <-ch: ;case x := <-ch: ;case x, y := <-rch: ;case i = <-ch: ;case ch <- 1: ;`+
		`case sch <- i: ;case i, b = <-ch: ;default: ;case i: ;case x := f1(): ;case rch <- 1: ;case <-sch: ;case (<-ch): `, ";")
	jumps  = strings.Split("break;continue;break L;continue L;goto L;goto M;break M;continue N;fallthrough;goto N", ";")
	others = strings.Split("go f0();defer f1();defer len(s);go func() {}();defer recover();defer print(1);"+
		"defer func() { return 1 }();const k = 1;const k = i;type Q int;var k int;var k, l = 1;var k = f2();"+
		`var k, l = f2();var _ = 1;const a, c = iota, "x";var x int;var x, x int`, ";")
	ends = strings.Split(`;;return 1;panic(1);for {};return;return i, s;select {};for { break };`+
		`if b { return 1 } else { return 2 };switch { default: return 1 };{ return i };for b { };`+
		`switch e.(type) { case int: return 1@ default: panic(2) }`, ";")
	results = strings.Split(`;int;(int, string);(r1 int, r2 error);any;(x int);string`, ";")
)

func (g body) value(t string, d int) string {
	switch k := g.Intn(20); {
	case k < 10 || d <= 0:
		v := g.of(vars)
		for n := 0; t != "" && varTypes[v] != t && n < 8; n++ {
			v = g.of(vars)
		}
		return v
	case k < 12:
		return g.of([]string{"1", "0", `"q"`, "nil", "true", "1.5", "'c'"})
	case k < 14:
		return g.of(values)
	case k < 17:
		return g.value(t, d-1) + " " + g.of([]string{"+", "-", "==", "<", "&&", "||"}) + " " + g.value(t, d-1)
	}
	return g.of(locals)
}

func (g body) any() string { return g.value("", 2) }

func (g body) target() string {
	if g.Intn(4) == 0 {
		return g.of([]string{"_", "st.A", `m["x"]`, "sl[1]", "*p", "pst.b", "arr[2]", "a", "x"})
	}
	return g.of(vars)
}

func (g body) local() string {
	if g.Intn(6) == 0 {
		return "_"
	}
	return g.of(locals)
}

func (g body) simple() string {
	switch k := g.Intn(50); {
	case k < 15:
		return g.of(locals) + " := " + g.any()
	case k < 18:
		return g.local() + ", " + g.local() + " := " + g.of(pairs)
	case k < 20:
		return g.local() + ", " + g.local() + " := " + g.any() + ", " + g.any()
	case k < 30:
		return g.target() + " = " + g.any()
	case k < 35:
		return g.target() + " " + g.of([]string{"+", "-", "<<", "&", "|"}) + "= " + g.any()
	case k < 38:
		return g.target() + g.of([]string{"++", "--"})
	case k < 41:
		return g.of([]string{"ch", "sch", "rch", "s"}) + " <- " + g.value("int", 1)
	case k < 43:
		return g.target() + ", " + g.target() + " = " + g.any() + ", " + g.any()
	case k < 45:
		return g.target() + ", " + g.target() + " = " + g.of(pairs)
	}
	return g.of(simpleCalls)
}

func (g body) statements(d, n int) string {
	var v []string
	for k := g.Intn(n); k > 0; k-- {
		v = append(v, g.nested(d-1))
	}
	return strings.Join(v, "; ")
}

func (g body) block(d int) string { return "{ " + g.statements(d, 5) + " }" }

func (g body) init() string {
	if g.Intn(3) == 0 {
		return g.simple() + "; "
	}
	return ""
}

// clauses of a switch, each in a line of its own.
func (g body) clauses(d int, list func() string) string {
	var v []string
	for k := g.Intn(5); k > 0; k-- {
		c := "default: "
		if g.Intn(4) > 0 {
			c = "case " + list() + ": "
		}
		c += g.statements(d, 3)
		if g.branches && g.Intn(3) == 0 {
			c += g.of([]string{"; fallthrough", "; break"})
		} else if g.Intn(6) == 0 {
			c += "; return 1"
		}
		v = append(v, c)
	}
	return " { " + strings.Join(v, "\n") + " }"
}

func (g body) some(one func() string) string {
	v := one()
	for g.Intn(2) == 0 {
		v += ", " + one()
	}
	return v
}

func (g body) rangeClause() string {
	x := g.of(vars)
	if g.Intn(3) == 0 {
		x = g.of(rangeExprs)
	}
	switch g.Intn(5) {
	case 0:
		return "range " + x
	case 1:
		return g.local() + " := range " + x
	case 2:
		return g.local() + ", " + g.local() + " := range " + x
	case 3:
		return g.target() + " = range " + x
	}
	return g.target() + ", " + g.target() + " = range " + x
}

func (g body) nested(d int) string {
	k := g.Intn(100)
	switch {
	case d <= 0 || k < 35:
		return g.simple()
	case k < 43:
		s := "if " + g.init() + g.value("bool", 2) + " " + g.block(d)
		return s + g.of([]string{"", "", " else " + g.block(d), " else if " + g.value("bool", 1) + " " + g.block(d)})
	case k < 50:
		return "for " + g.of([]string{"", g.value("bool", 2) + " ", g.simple() + "; " + g.value("bool", 1) + "; i++ "}) + g.block(d)
	case k < 60:
		return "for " + g.rangeClause() + " " + g.block(d)
	case k < 70:
		s := "switch " + g.init() + g.of([]string{"", g.any(), g.value("int", 2)})
		return s + g.clauses(d, func() string {
			return g.some(func() string {
				if g.Intn(2) == 0 {
					return g.value("int", 2)
				}
				return g.of([]string{"1", "2", `"a"`, "nil", "1.0", "3", "true", "int(1)"})
			})
		})
	case k < 78:
		s := "switch " + g.of([]string{"", "x := ", "y := ", "z := 1; z := "}) +
			g.of([]string{"e", "e", "er", "iff", "i", "st", "any(tt)", "tt"}) + ".(type)"
		return s + g.clauses(d, func() string { return g.some(func() string { return g.of(caseTypes) }) })
	case k < 84:
		var v []string
		for k := g.Intn(4); k > 0; k-- {
			v = append(v, g.of(comms)+g.statements(d, 3))
		}
		return "select { " + strings.Join(v, "\n") + " }"
	case g.branches && k < 88:
		return g.of([]string{"L: ", "M: ", "N: "}) + g.of([]string{"for " + g.block(d), "{ }", "f0()", g.nested(d - 1), "select { }"})
	case g.branches && k < 92:
		return g.of(jumps)
	case k < 95:
		return "return " + g.of([]string{"", "1", "s", "i, s", "f2()", "nil", "i", "e"})
	case k < 98:
		return g.of(others)
	}
	return g.block(d)
}

func bodies(seed int64, n int) string {
	g := body{gen{rand.New(rand.NewSource(seed)), false}, seed%4 == 0}
	var b strings.Builder
	b.WriteString(prelude)
	b.WriteString("var it2 func(func(int, string) bool); var it1 func(func(int) bool); var it0 func(func() bool)\n")
	for i := 0; i < n; i++ {
		fmt.Fprintf(&b, "func g%d[T any](%stt T) %s {\n", i, g.of([]string{"", "a int, ", "a, x int, ", "_ string, "}), g.of(results))
		for k := 1 + g.Intn(6); k > 0; k-- {
			b.WriteString("\t" + strings.ReplaceAll(g.nested(3), "\n", "\n\t") + "\n")
		}
		b.WriteString("\t" + strings.ReplaceAll(g.of(ends), "@", ";") + "\n}\n")
	}
	return b.String()
}

// ---- errors of both ----

type message struct {
	line, col int
	text      string
}

// compiler gives the errors of go tool compile.  Its output file is one of ours: the compiler removes it.
func compiler(dir, file, lang string) (errs []message, failure string) {
	args := []string{"tool", "compile", "-e", "-p", "p", "-o", filepath.Join(dir, "p.o")}
	if lang != "" {
		args = append(args, lang)
	}
	out, _ := exec.Command(*goFlag, append(args, file)...).CombinedOutput()
	at := regexp.MustCompile("^" + regexp.QuoteMeta(file) + `:(\d+)(?::(\d+))?: (.*)`)
	for _, l := range strings.Split(string(out), "\n") {
		if m := at.FindStringSubmatch(l); m != nil {
			line, _ := strconv.Atoi(m[1])
			col, _ := strconv.Atoi(m[2])
			errs = append(errs, message{line, col, m[3]})
		} else if strings.HasPrefix(l, "\t") && len(errs) > 0 {
			errs[len(errs)-1].text += "\n" + l
		} else if strings.Contains(l, "internal compiler error") {
			return nil, l
		}
	}
	return errs, ""
}

func ours(file, version string) (errs []message, failure string) {
	cmd := exec.Command(*evalFlag, "26")
	cmd.Stdin = strings.NewReader("group\tg\npkg\tp\t" + version + "\t-\t" + file + "\nend\n")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	check(err)
	unescape := strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t")
	for _, l := range strings.Split(string(out), "\n") {
		kind, _, _ := strings.Cut(l, "\t")
		if kind == "crash" {
			return nil, l
		}
		// FILE LINE COL RELFILE RELLINE RELCOL TEXT
		_, rest, ok := strings.Cut(l, "\t"+file+"\t")
		if f := strings.SplitN(rest, "\t", 6); kind == "error" && ok && len(f) == 6 {
			line, _ := strconv.Atoi(f[0])
			col, _ := strconv.Atoi(f[1])
			errs = append(errs, message{line, col, unescape.Replace(f[5])})
		}
	}
	return errs, ""
}

// The compiler does not show columns from here on.
const maxCol = 255

// same is a text without the differences that do not count: white space.
func same(text string) string { return strings.Join(strings.Fields(text), " ") }

// compare gives the number of the compiler's errors and describes what differs.
func compare(theirs, our []message) (n int, diffs []string) {
	has := map[message]bool{}
	line := map[int]string{}
	for _, e := range our {
		if e.col >= maxCol {
			e.col = 0
		}
		has[message{e.line, e.col, same(e.text)}] = true
		line[e.line] += fmt.Sprintf("\n      ours  %d: %s", e.col, e.text)
	}
	wrong := map[int]bool{}
	for _, e := range theirs {
		wrong[e.line] = true
		if !has[message{e.line, e.col, same(e.text)}] {
			diffs = append(diffs, fmt.Sprintf("%d:%d: the compiler says: %s%s", e.line, e.col, e.text, line[e.line]))
		}
	}
	for l, text := range line {
		if !wrong[l] && !branches(theirs) {
			diffs = append(diffs, fmt.Sprintf("%d: no error of the compiler's%s", l, text))
		}
	}
	sort.Strings(diffs)
	return len(theirs), diffs
}

// branches: errors that the compiler's parser finds, and stops.
func branches(errs []message) bool {
	for _, e := range errs {
		for _, w := range []string{"goto ", "label ", "break ", "continue ", "fallthrough", "cannot fallthrough"} {
			if strings.HasPrefix(e.text, w) {
				return true
			}
		}
	}
	return false
}

func report(name, source string, diffs []string) {
	lines := strings.Split(source, "\n")
	for i, d := range diffs {
		if i == 20 {
			fmt.Printf("%s: and %d more\n", name, len(diffs)-i)
			break
		}
		at, _ := strconv.Atoi(d[:strings.IndexByte(d, ':')])
		fmt.Printf("%s:%s\n      %s\n", name, d, strings.TrimSpace(lines[at-1]))
	}
}

// ---- runs ----

func random(dir string) {
	file := filepath.Join(dir, "p.go")
	source, kind := program(*seedFlag, *nFlag), "a random program"
	if *bodyFlag {
		source, kind = bodies(*seedFlag, *nFlag), "random bodies"
	}
	for {
		check(os.WriteFile(file, []byte(source), 0o666))
		theirs, failure := compiler(dir, file, "")
		if failure != "" {
			fmt.Printf("skip messages seed %d: %s\n", *seedFlag, failure)
			return
		}
		// Syntax errors hide all others: such statements go.
		lines := strings.Split(source, "\n")
		found := false
		for _, e := range theirs {
			if strings.Contains(e.text, "syntax error") && lines[e.line-1] != "" {
				if strings.HasPrefix(lines[e.line-1], "\t") {
					lines[e.line-1] = ""
					found = true
				}
			}
		}
		if found {
			source = strings.Join(lines, "\n")
			continue
		}
		our, failure := ours(file, "26")
		n, diffs := compare(theirs, our)
		if failure != "" {
			diffs = append(diffs, "1: "+failure)
		}
		if *keepFlag != "" {
			check(os.WriteFile(*keepFlag, []byte(source), 0o666))
		}
		report("random program", source, diffs)
		if n < *nFlag/2 {
			diffs = append(diffs, "too few errors") // something is wrong with this test
		}
		result(fmt.Sprintf("messages of %s, seed %d", kind, *seedFlag), n, len(diffs))
		return
	}
}

func testdata(dir string) {
	root, err := exec.Command(*goFlag, "env", "GOROOT").Output()
	check(err)
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src/internal/types/testdata/*/*.go"))
	check(err)
	imports := regexp.MustCompile(`(?m)^import|^\s*import "`)
	lang := regexp.MustCompile(`^// (-lang=go1\.(\d+))`)
	n, bad := 0, 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		check(err)
		source := string(data)
		if imports.MatchString(strings.ReplaceAll(source, `import "unsafe"`, "")) {
			continue
		}
		option, version := "", "26"
		if m := lang.FindStringSubmatch(source); m != nil {
			option, version = m[1], m[2]
		}
		theirs, failure := compiler(dir, f, option)
		our, crash := ours(f, version)
		syntax := false
		for _, e := range theirs {
			syntax = syntax || strings.Contains(e.text, "syntax error") || strings.Contains(e.text, "missing function body")
		}
		if failure != "" || syntax {
			continue // the compiler did not come as far as types
		}
		k, diffs := compare(theirs, our)
		if crash != "" {
			diffs = append(diffs, "1: "+crash)
		}
		report(filepath.Base(f), source, diffs)
		n += k
		bad += len(diffs)
	}
	if n < 1000 {
		fmt.Println("only", n, "errors in testdata")
		bad++
	}
	result("messages of testdata", n, bad)
}

var status int

func result(name string, n, bad int) {
	if bad > 0 {
		fmt.Printf("not ok %s: %d errors of the compiler's, %d differences\n", name, n, bad)
		status = 1
		return
	}
	fmt.Printf("ok %s: %d as the compiler's\n", name, n)
}

func main() {
	flag.Parse()
	dir, err := os.MkdirTemp("", "messages")
	check(err)
	if *dataFlag {
		testdata(dir)
	}
	if *nFlag > 0 {
		random(dir)
	}
	os.RemoveAll(dir)
	os.Exit(status)
}
