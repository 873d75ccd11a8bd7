package prealloc

import (
	"reflect"
	"testing"
)

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) { /* tells nil from empty */
		t.Errorf("got %#v, want %#v", got, want)
	}
}

func TestNil(t *testing.T) {
	same(t, WantNil(nil), []int(nil))
	same(t, WantNil([]int{}), []int(nil))
	same(t, WantNil([]int{1, 2}), []int{1, 2})
	same(t, WantEmpty(nil), []int{})
	same(t, WantEmpty([]string{"a"}), []int{0})
	same(t, WantMake(nil), []string{})
	same(t, WantMake(map[string]int{"a": 1}), []string{"a"})
	same(t, WantTwo(nil), list(nil))
	same(t, WantTwo([]int{1, 2}), list{1, 1, -1, 2, 2, -2})
	same(t, WantMap([]string{"a", "a"}), map[string]bool{"a": true})
	same(t, WantCount(-5), []int(nil))
	same(t, WantCount(2), []int{0, 1})
	same(t, WantResult(nil), []int(nil))
	same(t, WantResult([]int{3}), []int{3})
	same(t, WantField(struct{ xs []int }{[]int{1}}), []int{1})
	got, err := WantEarly([]int{1, -1})
	same(t, got, []int(nil))
	same(t, err != nil, true)
}

func TestRecovered(t *testing.T) {
	same(t, KeepRecovered([]int{0, 1}), []int(nil))
	same(t, KeepRecovered([]int{5, 0}), []int{2})
}
