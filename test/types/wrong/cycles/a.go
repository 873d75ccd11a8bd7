package cycles

type A struct{ b B }
type B struct{ a [2]A }
type C C
type D = E
type E = D
type F interface{ F }

const x = y
const y = x + 1

var p = q()

func q() int { return r }

var r = p

var self = self

type G [len(g)]int

var g G

func h(a interface{ M() I }) {}

type I = interface{ M() I }

type J interface{ M(interface{ J }) }
