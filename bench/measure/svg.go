package main

import (
	"bytes"
	"fmt"
	"math"
)

// A panel of the picture, in pixels: the field, and what is left around it.
const (
	fieldW, fieldH         = 190.0, 120.0
	marginL, marginT       = 44.0, 26.0
	panelW, panelH         = fieldW + marginL + 16, fieldH + marginT + 32
	perRow                 = 3
	pictureTop, pictureEnd = 34.0, 8.0
)

var colours = [variants]string{"#7f7f7f", "#c44e52", "#1f77b4"}

// svg draws the curves, both axes logarithmic, one panel for each operation.
func (s *series) svg() []byte {
	var b bytes.Buffer
	rows := (len(s.curves) + perRow - 1) / perRow
	w, h := perRow*panelW+8, pictureTop+float64(rows)*panelH+pictureEnd
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="sans-serif" font-size="11">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="8" y="20" font-size="13">ns per operation, by %s</text>`+"\n", s.what)
	for v, name := range variantNames {
		fmt.Fprintf(&b, `<text x="%.0f" y="20" fill="%s" font-weight="bold">%s</text>`+"\n", w-170+float64(v)*56, colours[v], name)
	}
	for i, k := range s.curves {
		x, y := float64(i%perRow)*panelW+marginL, pictureTop+float64(i/perRow)*panelH+marginT
		s.panel(&b, k, x, y)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (s *series) panel(b *bytes.Buffer, k *curve, x, y float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for v := range k.ns {
		for _, n := range s.sizes {
			if ns := k.at(v, n); ns > 0 {
				low, high = math.Min(low, math.Log10(ns)), math.Max(high, math.Log10(ns))
			}
		}
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f">%s</text>`+"\n", x, y-8, k.name)
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.0f" height="%.0f" fill="none" stroke="#ccc"/>`+"\n", x, y, fieldW, fieldH)
	if low > high {
		return
	}
	low, high = math.Floor(low), math.Max(math.Ceil(high), math.Floor(low)+1)
	first, last := math.Log10(float64(s.sizes[0])), math.Log10(float64(s.sizes[len(s.sizes)-1]))
	px := func(n int) float64 {
		if first == last {
			return x + fieldW/2
		}
		return x + (math.Log10(float64(n))-first)/(last-first)*fieldW
	}
	py := func(lg float64) float64 { return y + fieldH - (lg-low)/(high-low)*fieldH }
	for lg := low; lg <= high; lg++ {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#eee"/>`, x, x+fieldW, py(lg), py(lg))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="9" text-anchor="end" fill="#555">%g</text>`+"\n", x-4, py(lg)+3, math.Pow(10, lg))
	}
	for _, n := range s.sizes {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="9" text-anchor="middle" fill="#555">%s</text>`+"\n", px(n), y+fieldH+12, short(n))
	}
	for v := range k.ns {
		var points bytes.Buffer
		for _, n := range s.sizes {
			if ns := k.at(v, n); ns > 0 {
				fmt.Fprintf(&points, "%.1f,%.1f ", px(n), py(math.Log10(ns)))
				fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="2" fill="%s"/>`, px(n), py(math.Log10(ns)), colours[v])
			}
		}
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n", colours[v], bytes.TrimSpace(points.Bytes()))
	}
}

func short(n int) string {
	if n >= 10000 && n%1000 == 0 {
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
