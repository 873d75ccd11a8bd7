// errorcheck

// Constraints whose core types double. Go's own checker does not come to an end.

package p

func f[P0 any, P1 struct{ a, b P0 }, P2 struct{ a, b P1 }, P3 struct{ a, b P2 }, P4 struct{ a, b P3 }, P5 struct{ a, b P4 }, P6 struct{ a, b P5 }, P7 struct{ a, b P6 }, P8 struct{ a, b P7 }, P9 struct{ a, b P8 }, P10 struct{ a, b P9 }, P11 struct{ a, b P10 }, P12 struct{ a, b P11 }, P13 struct{ a, b P12 }, P14 struct{ a, b P13 }, P15 struct{ a, b P14 }, P16 struct{ a, b P15 }, P17 struct{ a, b P16 }, P18 struct{ a, b P17 }, P19 struct{ a, b P18 }, P20 struct{ a, b P19 }, P21 struct{ a, b P20 }, P22 struct{ a, b P21 }, P23 struct{ a, b P22 }, P24 struct{ a, b P23 }, P25 struct{ a, b P24 }, P26 struct{ a, b P25 }, P27 struct{ a, b P26 }, P28 struct{ a, b P27 }, P29 struct{ a, b P28 }, P30 struct{ a, b P29 }, P31 struct{ a, b P30 }, P32 struct{ a, b P31 }, P33 struct{ a, b P32 }, P34 struct{ a, b P33 }, P35 struct{ a, b P34 }, P36 struct{ a, b P35 }, P37 struct{ a, b P36 }, P38 struct{ a, b P37 }, P39 struct{ a, b P38 }](x P0) {}

func _() {
	f(1) // ERROR "type of more than 16384 parts by substitution of type parameters"
}
