// Package bodiesfar is imported by bodiesnear only, not by bodies.
package bodiesfar

type D struct{ n int }

func (d *D) Inc()     { d.n++ }
func (d *D) Get() int { return d.n }

func Used() int   { return 1 }
func Unused() int { return 2 }
func Hidden() int { return 3 }
