// Command session plays an editor: it starts gomm lsp, opens documents, types, asks, and looks at the answers.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

type object = map[string]any

// A message as it came.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type position struct{ Line, Character int }
type textRange struct{ Start, End position }
type related struct {
	Location struct {
		URI   string
		Range textRange
	}
	Message string
}
type diagnostic struct {
	Range              textRange
	Severity           int
	Code, Message      string
	RelatedInformation []related
}
type published struct {
	URI         string
	Version     *int
	Diagnostics []diagnostic
}

type client struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	mu   sync.Mutex
	cond *sync.Cond
	// By id, and by method in the order of arrival.
	answers map[string]message
	events  []message
	gone    bool
	nextID  int
	caps    object
}

func uriOf(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }

// start runs gomm lsp in dir; env is added to the environment.
func start(gomm, dir string, env []string, args ...string) *client {
	c := &client{answers: map[string]message{}}
	c.cond = sync.NewCond(&c.mu)
	c.cmd = exec.Command(gomm, append([]string{"lsp"}, args...)...)
	c.cmd.Dir = dir
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	must(err)
	out, err := c.cmd.StdoutPipe()
	must(err)
	must(c.cmd.Start())
	c.in = in
	go c.read(bufio.NewReader(out))
	return c
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "session:", err)
		os.Exit(2)
	}
}

func readFrame(r *bufio.Reader) ([]byte, error) {
	n := -1
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(line, "\r\n") {
			return nil, errors.New("a header line without \\r\\n")
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		if v, ok := strings.TrimPrefix(line, "Content-Length: "), strings.HasPrefix(line, "Content-Length: "); ok {
			if n, err = strconv.Atoi(v); err != nil {
				return nil, err
			}
		}
	}
	if n < 0 {
		return nil, errors.New("no Content-Length")
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

func (c *client) read(r *bufio.Reader) {
	for {
		body, err := readFrame(r)
		if err != nil {
			if err != io.EOF {
				fmt.Fprintln(os.Stderr, "session: reading:", err)
			}
			break
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			fmt.Fprintf(os.Stderr, "session: no JSON: %v: %s\n", err, body)
			os.Exit(2)
		}
		if *verbose && m.Method == "window/logMessage" {
			fmt.Fprintf(os.Stderr, "%s\n", m.Params)
		}
		c.mu.Lock()
		if m.Method == "" {
			c.answers[string(m.ID)] = m
		} else {
			c.events = append(c.events, m)
		}
		c.cond.Broadcast()
		c.mu.Unlock()
		if m.Method != "" && m.ID != nil { // a request of the server's
			c.write(object{"jsonrpc": "2.0", "id": m.ID, "result": nil})
		}
	}
	c.mu.Lock()
	c.gone = true
	c.cond.Broadcast()
	c.mu.Unlock()
}

func (c *client) raw(s string) { io.WriteString(c.in, s) }

func (c *client) write(v any) {
	body, err := json.Marshal(v)
	must(err)
	c.raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

func (c *client) notify(method string, params any) {
	c.write(object{"jsonrpc": "2.0", "method": method, "params": params})
}

// send starts a request; its id.
func (c *client) send(method string, params any) string {
	c.nextID++
	c.write(object{"jsonrpc": "2.0", "id": c.nextID, "method": method, "params": params})
	return strconv.Itoa(c.nextID)
}

const patience = 60 * time.Second

// wait calls f, with the lock, until it is true.
func (c *client) wait(f func() bool) bool {
	end := time.Now().Add(patience)
	timer := time.AfterFunc(patience, func() { c.mu.Lock(); c.cond.Broadcast(); c.mu.Unlock() })
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !f() {
		if c.gone || time.Now().After(end) {
			return f()
		}
		c.cond.Wait()
	}
	return true
}

func (c *client) answer(id string) message {
	var m message
	if !c.wait(func() bool { var ok bool; m, ok = c.answers[id]; return ok }) {
		m.Error = &struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
		}{0, "no answer"}
	}
	return m
}

func (c *client) call(method string, params any, into any) message {
	m := c.answer(c.send(method, params))
	if m.Error == nil && into != nil {
		must(json.Unmarshal(m.Result, into))
	}
	return m
}

func (c *client) initialize(root string, caps object, options any) message {
	if caps == nil {
		caps = object{}
	}
	m := c.call("initialize", object{
		"processId":             os.Getpid(),
		"rootUri":               uriOf(root),
		"capabilities":          caps,
		"initializationOptions": options,
		"workspaceFolders":      []object{{"uri": uriOf(root), "name": "w"}},
	}, nil)
	c.notify("initialized", object{})
	return m
}

func (c *client) open(path, text string) {
	c.notify("textDocument/didOpen", object{"textDocument": object{"uri": uriOf(path), "languageId": "go", "version": 1, "text": text}})
}

func (c *client) openFile(path string) string {
	text, err := os.ReadFile(path)
	must(err)
	c.open(path, string(text))
	return string(text)
}

func (c *client) change(path string, version int, changes ...object) {
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": uriOf(path), "version": version}, "contentChanges": changes})
}

func (c *client) close(path string) {
	c.notify("textDocument/didClose", object{"textDocument": object{"uri": uriOf(path)}})
}

// diagnostics waits for those of a version of a file; of a file that is not open version is 0.
func (c *client) diagnostics(path string, version int) (p published, ok bool) {
	ok = c.wait(func() bool {
		for i := len(c.events) - 1; i >= 0; i-- {
			if c.events[i].Method != "textDocument/publishDiagnostics" {
				continue
			}
			var q published
			must(json.Unmarshal(c.events[i].Params, &q))
			if q.URI == uriOf(path) && (version == 0 || (q.Version != nil && *q.Version == version)) {
				p = q
				return true
			}
		}
		return false
	})
	return
}

// event waits for a notification or request with the method whose params contain text.
func (c *client) event(method, text string) (m message, ok bool) {
	ok = c.wait(func() bool {
		for _, e := range c.events {
			if e.Method == method && strings.Contains(string(e.Params), text) {
				m = e
				return true
			}
		}
		return false
	})
	return
}

func (c *client) forget() {
	c.mu.Lock()
	c.events = nil
	c.mu.Unlock()
}

func at(path string, line, character int) object {
	return object{"textDocument": object{"uri": uriOf(path)}, "position": object{"line": line, "character": character}}
}

func (c *client) hover(path string, line, character int) string {
	var h struct {
		Contents struct{ Kind, Value string }
	}
	c.call("textDocument/hover", at(path, line, character), &h)
	return h.Contents.Value
}

func span(line, from, toLine, to int) object {
	return object{"start": object{"line": line, "character": from}, "end": object{"line": toLine, "character": to}}
}

type hint struct {
	Position position
	Label    string
	Tooltip  string
}

func (c *client) hints(path string, from, to int) (v []hint) {
	c.call("textDocument/inlayHint", object{"textDocument": object{"uri": uriOf(path)}, "range": span(from, 0, to, 0)}, &v)
	return
}

type action struct {
	Title, Kind string
	Edit        *struct {
		Changes map[string][]struct {
			NewText string
			Range   textRange
		}
		DocumentChanges []struct {
			TextDocument struct {
				URI     string
				Version *int
			}
			Edits []struct {
				NewText string
				Range   textRange
			}
		}
	}
	Command *struct {
		Command   string
		Arguments []string
	}
}

func (c *client) actions(path string, r object) (v []action) {
	c.call("textDocument/codeAction", object{"textDocument": object{"uri": uriOf(path)}, "range": r, "context": object{"diagnostics": []object{}}}, &v)
	return
}

// end shuts the server down; its exit status.
func (c *client) end() int {
	c.call("shutdown", nil, nil)
	c.notify("exit", nil)
	return c.finish()
}

// finish waits for the end of its output, and of itself.
func (c *client) finish() int {
	c.wait(func() bool { return c.gone })
	done := make(chan error, 1)
	go func() { done <- c.cmd.Wait() }()
	select {
	case err := <-done:
		var e *exec.ExitError
		if errors.As(err, &e) {
			return e.ExitCode()
		}
		return 0
	case <-time.After(patience):
		c.cmd.Process.Kill()
		return -1
	}
}

// rss is the server's own memory in KB.
func (c *client) rss() int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}

func write(dir string, files map[string]string) {
	for name, text := range files {
		p := filepath.Join(dir, name)
		must(os.MkdirAll(filepath.Dir(p), 0o777))
		must(os.WriteFile(p, []byte(text), 0o666))
	}
}
