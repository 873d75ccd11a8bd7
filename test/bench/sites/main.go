// Sites reads documents of gomm bench -json and compares what the sites of each benchmark come to with its B/op.
// It prints a line for each benchmark that allocates, and counts those within two in a hundred (or one byte: B/op
// is a whole number).
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
)

type document struct {
	Packages []struct {
		Path, Status string
		Benchmarks   []struct {
			Name, Trouble string
			Series        []struct {
				Unit   string
				Median float64
			}
			Sites *struct {
				Bytes, Allocs float64
				Profiled      float64 `json:"profiled_bytes"`
				List          []struct {
					Bytes float64
					What  string
					Code  string
				}
			}
		}
	}
}

func main() {
	good, all, named, listed := 0, 0, 0.0, 0.0
	packages := map[string]bool{}
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		var d document
		if err == nil {
			err = json.Unmarshal(text, &d)
		}
		if err != nil {
			fmt.Println(name, err)
			continue
		}
		for _, p := range d.Packages {
			for _, b := range p.Benchmarks {
				want := math.NaN()
				for _, s := range b.Series {
					if s.Unit == "B/op" {
						want = s.Median
					}
				}
				if !(want > 0) {
					continue
				}
				all++
				if b.Sites == nil {
					fmt.Printf("%-24s %-48s %10.0f B/op  %s\n", p.Path, b.Name, want, b.Trouble)
					continue
				}
				sum := 0.0
				for _, s := range b.Sites.List {
					sum += s.Bytes
					if s.What != "" {
						named += s.Bytes
					}
				}
				listed += sum
				verdict := "off"
				if math.Abs(sum-want) <= math.Max(want*0.02, 1) {
					verdict = "ok"
					good++
					packages[p.Path] = true
				}
				fmt.Printf("%-24s %-48s %10.0f B/op %12.2f B %3d sites  %+7.2f %%  %s\n", p.Path, b.Name, want, sum,
					len(b.Sites.List), 100*(sum/want-1), verdict)
			}
		}
	}
	fmt.Printf("result: %d of %d benchmarks within 2 %%, of %d packages; %.1f %% of the bytes with a reason\n", good, all,
		len(packages), 100*named/math.Max(listed, 1))
}
