package main

// One function per step number, so that a report's stack says which step of the plan it is about.

var ops = [...]func(*step, *cells){
	op00,
	op01,
	op02,
	op03,
	op04,
	op05,
	op06,
	op07,
	op08,
	op09,
	op10,
	op11,
	op12,
	op13,
	op14,
	op15,
	op16,
	op17,
	op18,
	op19,
	op20,
	op21,
	op22,
	op23,
	op24,
	op25,
	op26,
	op27,
	op28,
	op29,
	op30,
	op31,
	op32,
	op33,
	op34,
	op35,
	op36,
	op37,
	op38,
	op39,
	op40,
	op41,
	op42,
	op43,
	op44,
	op45,
	op46,
	op47,
}

//go:noinline
func op00(s *step, c *cells) { s.access(c) }

//go:noinline
func op01(s *step, c *cells) { s.access(c) }

//go:noinline
func op02(s *step, c *cells) { s.access(c) }

//go:noinline
func op03(s *step, c *cells) { s.access(c) }

//go:noinline
func op04(s *step, c *cells) { s.access(c) }

//go:noinline
func op05(s *step, c *cells) { s.access(c) }

//go:noinline
func op06(s *step, c *cells) { s.access(c) }

//go:noinline
func op07(s *step, c *cells) { s.access(c) }

//go:noinline
func op08(s *step, c *cells) { s.access(c) }

//go:noinline
func op09(s *step, c *cells) { s.access(c) }

//go:noinline
func op10(s *step, c *cells) { s.access(c) }

//go:noinline
func op11(s *step, c *cells) { s.access(c) }

//go:noinline
func op12(s *step, c *cells) { s.access(c) }

//go:noinline
func op13(s *step, c *cells) { s.access(c) }

//go:noinline
func op14(s *step, c *cells) { s.access(c) }

//go:noinline
func op15(s *step, c *cells) { s.access(c) }

//go:noinline
func op16(s *step, c *cells) { s.access(c) }

//go:noinline
func op17(s *step, c *cells) { s.access(c) }

//go:noinline
func op18(s *step, c *cells) { s.access(c) }

//go:noinline
func op19(s *step, c *cells) { s.access(c) }

//go:noinline
func op20(s *step, c *cells) { s.access(c) }

//go:noinline
func op21(s *step, c *cells) { s.access(c) }

//go:noinline
func op22(s *step, c *cells) { s.access(c) }

//go:noinline
func op23(s *step, c *cells) { s.access(c) }

//go:noinline
func op24(s *step, c *cells) { s.access(c) }

//go:noinline
func op25(s *step, c *cells) { s.access(c) }

//go:noinline
func op26(s *step, c *cells) { s.access(c) }

//go:noinline
func op27(s *step, c *cells) { s.access(c) }

//go:noinline
func op28(s *step, c *cells) { s.access(c) }

//go:noinline
func op29(s *step, c *cells) { s.access(c) }

//go:noinline
func op30(s *step, c *cells) { s.access(c) }

//go:noinline
func op31(s *step, c *cells) { s.access(c) }

//go:noinline
func op32(s *step, c *cells) { s.access(c) }

//go:noinline
func op33(s *step, c *cells) { s.access(c) }

//go:noinline
func op34(s *step, c *cells) { s.access(c) }

//go:noinline
func op35(s *step, c *cells) { s.access(c) }

//go:noinline
func op36(s *step, c *cells) { s.access(c) }

//go:noinline
func op37(s *step, c *cells) { s.access(c) }

//go:noinline
func op38(s *step, c *cells) { s.access(c) }

//go:noinline
func op39(s *step, c *cells) { s.access(c) }

//go:noinline
func op40(s *step, c *cells) { s.access(c) }

//go:noinline
func op41(s *step, c *cells) { s.access(c) }

//go:noinline
func op42(s *step, c *cells) { s.access(c) }

//go:noinline
func op43(s *step, c *cells) { s.access(c) }

//go:noinline
func op44(s *step, c *cells) { s.access(c) }

//go:noinline
func op45(s *step, c *cells) { s.access(c) }

//go:noinline
func op46(s *step, c *cells) { s.access(c) }

//go:noinline
func op47(s *step, c *cells) { s.access(c) }
