// Command generate writes random constant expressions with go/constant's answers, a line each, for
// eval_constant.c to compare:
//
//	generate -n 50000 -seed 1
//
// The same seed gives the same expressions with any Go version.  A line has fields that are separated
// by tabs: the expression, then what became of it (see report).  The expression is in postfix notation; a
// literal is its kind (i, f, m for imaginary, r, s), its length, a colon and its text.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"math/big"
	"math/rand"
	"os"
	"runtime"
	"strconv"
	"strings"
)

var (
	rnd *rand.Rand
	out *bufio.Writer
	rpn []string // of the expression that is being made
)

func emit(format string, args ...any) { rpn = append(rpn, fmt.Sprintf(format, args...)) }

func pick(s ...string) string { return s[rnd.Intn(len(s))] }

func chance(percent int) bool { return rnd.Intn(100) < percent }

// ---- literals ----

func digits(n int, set string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[rnd.Intn(len(set))]
	}
	return string(b)
}

// length is mostly short.
func length() int {
	switch rnd.Intn(20) {
	case 0:
		return 1 + rnd.Intn(300)
	case 1, 2, 3:
		return 15 + rnd.Intn(30)
	}
	return 1 + rnd.Intn(12)
}

func underscores(s string) string {
	if !chance(10) || len(s) < 3 {
		return s
	}
	i := 1 + rnd.Intn(len(s)-1)
	return s[:i] + "_" + s[i:]
}

// mutate makes a literal that is mostly malformed, for some of them.
func mutate(s, set string) string {
	if !chance(3) {
		return s
	}
	i := rnd.Intn(len(s) + 1)
	switch rnd.Intn(3) {
	case 0:
		return s[:i] + digits(1, set) + s[i:]
	case 1:
		if i < len(s) {
			return s[:i] + s[i+1:]
		}
	case 2:
		return s[:i]
	}
	return s
}

const numeral = "0123456789abcdefABCDEFxXoObBpPeE__..+-i"

func intText() string {
	switch rnd.Intn(10) {
	case 0: // beside a power of two
		z := new(big.Int).Lsh(big.NewInt(1), uint(pickInt(7, 8, 15, 16, 31, 32, 53, 63, 64, 127, 511, 512, 4095, 4096)))
		return z.Add(z, big.NewInt(int64(rnd.Intn(5)-2))).String()
	case 1:
		return pick("0x", "0X") + underscores(digits(length(), "0123456789abcdefABCDEF"))
	case 2:
		return pick("0b", "0B") + underscores(digits(length(), "01"))
	case 3:
		return pick("0", "0o", "0O") + underscores(digits(length(), "01234567"))
	case 4, 5, 6:
		return strconv.Itoa(rnd.Intn(20))
	}
	return underscores(digits(1, "123456789") + digits(length(), "0123456789"))
}

func pickInt(v ...int) int { return v[rnd.Intn(len(v))] }

func decimalExponent() string {
	e := rnd.Intn(41) - 20
	switch rnd.Intn(16) {
	case 0:
		e = rnd.Intn(800) - 400
	case 1:
		e = -300 - rnd.Intn(40) // denormal float64
	case 2:
		e = -36 - rnd.Intn(12) // denormal float32
	case 3:
		e = pickInt(1, -1) * (1225 + rnd.Intn(15)) // where fractions end
	case 4:
		e = rnd.Intn(20000) - 10000
	case 5:
		if chance(20) {
			e = pickInt(1, -1) * pickInt(500_000, 646_456_992, 646_456_993, 646_456_994, 1_000_000_000, 2_147_483_647)
		}
	}
	return strconv.Itoa(e)
}

func floatText() string {
	switch rnd.Intn(8) {
	case 0:
		s := pick("0x", "0X") + digits(length(), "0123456789abcdef")
		if chance(50) {
			s += "." + digits(length(), "0123456789abcdef")
		}
		e := rnd.Intn(200) - 100
		switch rnd.Intn(8) {
		case 0:
			e = rnd.Intn(10000) - 5000
		case 1:
			e = -1000 - rnd.Intn(100)
		case 2:
			e = -120 - rnd.Intn(40)
		case 3:
			if chance(30) {
				e = pickInt(1, -1) * (2_147_483_647 - rnd.Intn(1000))
			}
		}
		return underscores(s) + pick("p", "P") + strconv.Itoa(e)
	case 1:
		return "." + digits(length(), "0123456789")
	case 2:
		return digits(length(), "0123456789") + "." + pick("", "0", "5", "25")
	case 3:
		return pick("0.1", "0.5", "1.0", "2.0", "3.14159", "1e3", "1e100", "0.0", "1e-7", "100.0", "1e23", "8.5e-46", "4.9e-324", "2.4703282292062327e-324", "1.7976931348623159e308", "3.4028235677973366e38")
	}
	s := underscores(digits(length(), "0123456789"))
	if chance(60) {
		s += "." + digits(length(), "0123456789")
	}
	if chance(60) {
		s += pick("e", "E") + pick("", "", "+") + decimalExponent()
		s = strings.Replace(s, "+-", "-", 1)
	}
	return s
}

// Ranges in which all versions of Unicode know the same characters; the surrogates; what is too large.
var ranges = [][2]int{{0, 0x24f}, {0x391, 0x3a1}, {0x4e00, 0x9fa5}, {0xac00, 0xd7a3}, {0xe000, 0xf8ff}, {0xd800, 0xdfff},
	{0xfe00, 0xfe0f}, {0x1f600, 0x1f64f}, {0x20000, 0x2a6d6}, {0xe0100, 0xe01ef}, {0x10fff0, 0x110010}}

// checkText drops a string in which bytes have come to be a character of no such range.
func checkText(s string) {
next:
	for _, c := range s {
		for _, r := range ranges {
			if int(c) >= r[0] && int(c) <= r[1] {
				continue next
			}
		}
		if c != 0x200b && c != 0xfeff && c != 0xfffd { // see char
			panic("a character that is not in every version of Unicode")
		}
	}
}

func codePoint(max int) int {
	for {
		if r := ranges[rnd.Intn(len(ranges))]; r[1] <= max {
			return r[0] + rnd.Intn(r[1]-r[0]+1)
		}
	}
}

// char writes a character of a rune or string literal.
func char() string {
	switch rnd.Intn(8) {
	case 0:
		return "\\" + digits(1, "abfnrtv\\'\"")
	case 1:
		return "\\x" + digits(2, "0123456789abcdefABCDEF")
	case 2:
		return "\\" + digits(1, "000011112222333345") + digits(2, "01234567")
	case 3:
		return fmt.Sprintf(pick("\\u%04x", "\\u%04X"), codePoint(0xffff))
	case 4:
		return fmt.Sprintf("\\U%08x", codePoint(0x1fffff))
	case 5: // characters that print, and that do not, in every version of Unicode
		return pick("é", "世", "\u00a0", "\u200b", "\U0001F600", "\x7f", "\x01", "\xff", "\xe4\xb8", "\ufeff", "\u00ad", "\ue000", "\U0010ffff", "\ufffd", "\r", "`")
	}
	return digits(1, "abcdefghijklmnopqrstuvwxyz ,.;0123456789")
}

func chars(n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		b.WriteString(char())
	}
	return b.String()
}

const charSet = "\\'\"`xuU0123789abn "

func literal(kind string) constant.Value {
	var text string
	var tok token.Token
	switch kind {
	case "i":
		text, tok = mutate(intText(), numeral), token.INT
	case "f":
		text, tok = mutate(floatText(), numeral), token.FLOAT
	case "m":
		text = floatText()
		if chance(50) {
			text = intText()
		}
		text, tok = mutate(text+"i", numeral), token.IMAG
	case "r":
		text, tok = mutate("'"+char()+"'", charSet), token.CHAR
	case "s":
		q := pick(`"`, `"`, `"`, "`")
		n := rnd.Intn(6)
		if chance(10) {
			n = rnd.Intn(100)
		}
		text, tok = mutate(q+chars(n)+q, charSet), token.STRING
		if strings.HasPrefix(text, "'") { // no string literal
			text = `"` + text
		}
	}
	emit("%s%d:%s", kind, len(text), text)
	return constant.MakeFromLiteral(text, tok, 0)
}

// ---- expressions ----

// checkPair drops the expression if Go 1.19 answers otherwise than newer Go: an unknown operand beside a complex one.
func checkPair(x, y constant.Value) {
	if x.Kind()+y.Kind() == constant.Complex+constant.Unknown {
		panic("unknown and complex")
	}
}

const farExp = 200_000

// far: would math/big need much memory to add it to something?
func far(v constant.Value) bool {
	switch v.Kind() {
	case constant.Float:
		if f, ok := constant.Val(v).(*big.Float); ok {
			e := f.MantExp(nil)
			return e < -farExp || e > farExp
		}
	case constant.Complex:
		return far(constant.Real(v)) || far(constant.Imag(v))
	}
	return false
}

func leaf() constant.Value {
	switch rnd.Intn(12) {
	case 0, 1, 2, 3:
		return literal("i")
	case 4, 5, 6:
		return literal("f")
	case 7:
		return literal("m")
	case 8:
		return literal("r")
	case 9:
		bits := rnd.Uint64() >> uint(rnd.Intn(64))
		emit("I%d", int64(bits))
		return constant.MakeInt64(int64(bits))
	case 10:
		bits := rnd.Uint64()
		if chance(50) {
			bits = math.Float64bits(float64(rnd.Intn(2000)-1000) / float64(int(1)<<uint(rnd.Intn(12))))
		}
		emit("D%016x", bits)
		return constant.MakeFloat64(math.Float64frombits(bits))
	}
	bits := rnd.Uint64()
	emit("U%d", bits)
	return constant.MakeUint64(bits)
}

func integer(depth int) constant.Value {
	at := len(rpn)
	v := number(depth)
	if v.Kind() != constant.Int {
		if w := constant.ToInt(v); w.Kind() == constant.Int || chance(5) {
			return convert("toint", v)
		}
		rpn = rpn[:at]
		return literal("i")
	}
	return v
}

func convert(op string, v constant.Value) constant.Value {
	emit("%s", op)
	switch op {
	case "toint":
		return constant.ToInt(v)
	case "tofloat":
		return constant.ToFloat(v)
	case "tocomplex":
		return constant.ToComplex(v)
	case "real":
		return constant.Real(v)
	case "imag":
		return constant.Imag(v)
	case "mkimag":
		return constant.MakeImag(v)
	case "round32":
		f, _ := constant.Float32Val(v)
		if v.Kind() == constant.Unknown || math.IsInf(float64(f), 0) {
			return constant.MakeUnknown()
		}
		return constant.MakeFloat64(float64(f))
	case "round64":
		f, _ := constant.Float64Val(v)
		if v.Kind() == constant.Unknown || math.IsInf(f, 0) {
			return constant.MakeUnknown()
		}
		return constant.MakeFloat64(f)
	}
	panic(op)
}

var tokens = map[string]token.Token{
	"+": token.ADD, "-": token.SUB, "*": token.MUL, "/": token.QUO, "//": token.QUO_ASSIGN, "%": token.REM,
	"&": token.AND, "|": token.OR, "^": token.XOR, "&^": token.AND_NOT, "&&": token.LAND, "||": token.LOR,
	"==": token.EQL, "!=": token.NEQ, "<": token.LSS, "<=": token.LEQ, ">": token.GTR, ">=": token.GEQ,
}

func number(depth int) constant.Value {
	if depth == 0 || chance(10) {
		return leaf()
	}
	switch rnd.Intn(16) {
	case 0:
		v := number(depth - 1)
		op := pick("+", "-", "-", "-")
		emit("u%s", op)
		return constant.UnaryOp(tokens[op], v, 0)
	case 1:
		v := integer(depth - 1)
		bits := pickInt(0, 0, 8, 16, 32, 64)
		emit("u^%d", bits)
		return constant.UnaryOp(token.XOR, v, uint(bits))
	case 2:
		v := number(depth - 1)
		op := pick("toint", "tofloat", "tocomplex", "real", "imag")
		return convert(op, v)
	case 3:
		v := number(depth - 1)
		if v.Kind() == constant.Complex {
			v = convert(pick("real", "imag"), v)
		}
		return convert(pick("round32", "round64", "mkimag"), v)
	case 4, 5:
		v := integer(depth - 1)
		n := rnd.Intn(80)
		if chance(10) {
			n = rnd.Intn(1100)
		}
		if v.Kind() == constant.Int && constant.BitLen(v) > 5000 || chance(50) {
			emit(">>%d", n)
			return constant.Shift(v, token.SHR, uint(n))
		}
		emit("<<%d", n)
		return constant.Shift(v, token.SHL, uint(n))
	case 6, 7, 8:
		x, y := integer(depth-1), integer(depth-1)
		op := pick("//", "%", "&", "|", "^", "&^")
		if (op == "//" || op == "%") && constant.Sign(y) == 0 {
			op = "&^"
		}
		emit("%s", op)
		return constant.BinaryOp(x, tokens[op], y)
	}
	x, y := number(depth-1), number(depth-1)
	checkPair(x, y)
	op := pick("+", "-", "*", "/")
	if op == "/" && constant.Sign(y) == 0 {
		op = "*"
	}
	if far(x) || far(y) {
		if x.Kind() == constant.Complex || y.Kind() == constant.Complex {
			panic("math/big would add them") // dropped
		}
		if op == "+" || op == "-" {
			op = "*"
		}
	}
	emit("%s", op)
	return constant.BinaryOp(x, tokens[op], y)
}

func text(depth int) constant.Value {
	if depth == 0 || chance(30) {
		return literal("s")
	}
	x, y := text(depth-1), text(depth-1)
	emit("+")
	return constant.BinaryOp(x, token.ADD, y)
}

func boolean(depth int) constant.Value {
	if depth == 0 {
		b := chance(50)
		emit("%t", b)
		return constant.MakeBool(b)
	}
	var x, y constant.Value
	var op string
	switch rnd.Intn(6) {
	case 0:
		v := boolean(depth - 1)
		emit("u!")
		return constant.UnaryOp(token.NOT, v, 0)
	case 1:
		x, y = boolean(depth-1), boolean(depth-1)
		op = pick("&&", "||")
		emit("%s", op)
		return constant.BinaryOp(x, tokens[op], y)
	case 2:
		x, y = boolean(depth-1), boolean(depth-1)
		op = pick("==", "!=")
	case 3:
		x, y = text(depth-1), text(depth-1)
		op = pick("==", "!=", "<", "<=", ">", ">=")
	default:
		at := len(rpn)
		x = number(depth - 1)
		if chance(20) { // the same value once more
			rpn = append(rpn, rpn[at:]...)
			y = x
			if k := pick("", "tofloat", "tocomplex"); k != "" {
				y = convert(k, x)
			}
		} else {
			y = number(depth - 1)
		}
		checkPair(x, y)
		op = pick("==", "!=", "<", "<=", ">", ">=")
		if x.Kind() == constant.Complex || y.Kind() == constant.Complex {
			op = pick("==", "!=")
		}
	}
	emit("%s", op)
	return constant.MakeBool(constant.Compare(x, tokens[op], y))
}

// ---- results ----

// fits has a bit for each of int8, uint8, int16 … uint64 that can hold the integer.
func fits(v constant.Value) int {
	z, ok := new(big.Int).SetString(v.ExactString(), 10)
	if !ok {
		panic(v)
	}
	mask := 0
	for i, bits := range []uint{8, 16, 32, 64} {
		one := big.NewInt(1)
		half, all := new(big.Int).Lsh(one, bits-1), new(big.Int).Lsh(one, bits)
		if z.Cmp(new(big.Int).Neg(half)) >= 0 && z.Cmp(half) < 0 {
			mask |= 1 << uint(2*i)
		}
		if z.Sign() >= 0 && z.Cmp(all) < 0 {
			mask |= 2 << uint(2*i)
		}
	}
	return mask
}

// Go 1.19 has another short form of some floats (golang/go issue 56220).
var oldText = strings.HasPrefix(runtime.Version(), "go1.19")

func report(v constant.Value) {
	short := v.String()
	if oldText && (v.Kind() == constant.Float || v.Kind() == constant.Complex) {
		short = "?"
	}
	fmt.Fprintf(out, "%s\t%d\t%s\t%s\t", strings.Join(rpn, " "), v.Kind(), short, v.ExactString())
	switch v.Kind() {
	case constant.Int:
		i, exact := constant.Int64Val(v)
		if !exact {
			i = 0
		}
		u, exactU := constant.Uint64Val(v)
		if !exactU {
			u = 0
		}
		fmt.Fprintf(out, "%d %t %d %t %d %d ", i, exact, u, exactU, constant.BitLen(v), fits(v))
		fallthrough
	case constant.Float:
		f, _ := constant.Float64Val(v)
		f32, _ := constant.Float32Val(v)
		fmt.Fprintf(out, "%d %016x %016x", constant.Sign(v), math.Float64bits(f), math.Float64bits(float64(f32)))
	case constant.String:
		fmt.Fprintf(out, "%d", len(constant.StringVal(v)))
	}
	fmt.Fprintln(out)
}

// expression makes one; some end in a panic of go/constant (a division by 0 that came from an underflow), and are
// dropped.
func expression() (v constant.Value, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	rpn = rpn[:0]
	depth := 1 + rnd.Intn(5)
	switch rnd.Intn(8) {
	case 0:
		v = boolean(depth)
	case 1:
		v = text(depth)
	default:
		v = number(depth)
	}
	if v.Kind() == constant.String {
		checkText(constant.StringVal(v))
	}
	return v, true
}

func main() {
	n := flag.Int("n", 1000, "expressions")
	seed := flag.Int64("seed", 1, "of the random numbers")
	flag.Parse()
	rnd = rand.New(rand.NewSource(*seed))
	out = bufio.NewWriterSize(os.Stdout, 1<<20)
	for i := 0; i < *n; {
		if v, ok := expression(); ok {
			report(v)
			i++
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
