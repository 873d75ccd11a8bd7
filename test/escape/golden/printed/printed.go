// Package printed: operators and their precedence in messages.
package printed

type S struct {
	a, b int
	p    *S
	s    []int
	m    map[string]int
	f    func(int) int
	c    chan int
}

func (s *S) get(int) *S { return s.p }
func (s S) val() int    { return s.a }

var sink interface{}

func f(s *S, t S, x, y int, b []byte, str string, i interface{}, u uint) {
	sink = s.a
	sink = t.p.s[x+1]
	sink = (*s).a
	sink = (*s.p).b
	sink = *s
	sink = s.s[1:x]
	sink = s.s[:]
	sink = s.s[x:y:len(s.s)]
	sink = str[1:]
	sink = s.m["a"]
	sink = s.f(x)
	sink = s.get(1).get(x).a
	sink = t.val()
	sink = <-s.c
	sink = i.(int)
	sink = (x + y) * (x - y)
	sink = x + y*x
	sink = -(x + y)
	sink = -x
	sink = x<<u | y>>2
	sink = x&^y ^ y
	sink = x == y && s.a < s.b || !(x >= y)
	sink = len(str) + cap(b)
	sink = append(b, 'x')
	sink = append(b, str...)
	sink = string(b[x:])
	sink = []byte(str)
	sink = make([]int, x, x+y)
	sink = make(map[string]int, x)
	sink = make(chan int, 3)
	sink = new(int)
	sink = func() int { return x }
	sink = complex(float64(x), 1)
	sink = real(complex128(2))
	sink = copy(b, str)
	sink = str + "x" + string(b)
	sink = len(str + "x")
	sink = (str + "x")[x]
	sink = float64(x) / 2
	sink = S{a: x}
	sink = &S{p: s}
	sink = S{a: x}.val()
	sink = (&S{}).get(x)
	sink = [...]int{x, y}
	sink = func(a int) int { return a }(x)
}
