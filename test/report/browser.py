"""browser.py: a page in headless Chromium, spoken to over its DevTools pipe; nothing but Python's own library.

    browser.py check PAGE            loads it and tries what it does; a line for each test, "ok NAME" or "not ok NAME: why"
    browser.py load PAGE             how long until it is there, filtered and opened, in ms
    browser.py shoot PAGE OUT.png [-dark] [-width N] [-height N] [-selector CSS] [-script JS]
                                     a picture of the window, or of one element

Status 3: there is no browser.
"""
import argparse
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

FIND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "find-browser.sh")


class Browser:
    def __init__(self, width=1200, height=900):
        path = subprocess.run([FIND], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
        if not path:
            sys.exit(3)
        self.home = tempfile.mkdtemp(prefix="gomm-browser-")
        to_browser, self.w = os.pipe()
        self.r, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        command = [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-dev-shm-usage", "--disable-extensions", "--force-color-profile=srgb",
                   "--user-data-dir=" + self.home, f"--window-size={width},{height}", "--remote-debugging-pipe", "about:blank"]
        shell = ["sh", "-c", f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"', "sh"]
        self.process = subprocess.Popen(shell + command, pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.id, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b"\0" not in self.buffer:
            if not select.select([self.r], [], [], 60)[0]:
                raise RuntimeError("the browser has not answered for a minute")
            data = os.read(self.r, 1 << 20)
            if not data:
                raise RuntimeError("the browser went away")
            self.buffer += data
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.id += 1
        message = {"id": self.id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.w, json.dumps(message).encode() + b"\0")
        while True:
            m = self.message()
            if m.get("id") == self.id:
                if "error" in m:
                    raise RuntimeError(f"{method}: {m['error']['message']}")
                return m["result"]
            self.events.append(m)

    def open(self, page, fragment=""):
        url = "file://" + urllib.parse.quote(os.path.abspath(page)) + fragment
        start = time.monotonic()
        self.call("Page.navigate", url=url)
        while self.eval("document.readyState") != "complete" or self.eval("location.href") == "about:blank":
            time.sleep(0.01)
        return time.monotonic() - start

    def until(self, script):
        """Waits until it is true, not for long: what comes after says whether it is."""
        end = time.monotonic() + 10
        while not self.eval(script) and time.monotonic() < end:
            time.sleep(0.01)

    def eval(self, script):
        r = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise RuntimeError(f"{script}: {r['exceptionDetails'].get('exception', {}).get('description')}")
        return r["result"].get("value")

    def key(self, key):
        code = {"Escape": 27, "Enter": 13, "Tab": 9, " ": 32}.get(key, ord(key[0].upper()))
        text = {"Escape": "", "Tab": "", "Enter": "\r"}.get(key, key)
        params = {"key": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **params)
        self.call("Input.dispatchKeyEvent", type="keyUp", **params)

    def complaints(self):
        """Errors on the console, exceptions, and requests for anything but the page itself."""
        out = []
        for m in self.events:
            p = m.get("params", {})
            if m.get("method") == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                out.append(p["entry"]["text"])
            elif m.get("method") == "Runtime.exceptionThrown":
                out.append(p["exceptionDetails"].get("exception", {}).get("description", "exception"))
            elif m.get("method") == "Runtime.consoleAPICalled":
                out.append("console." + p["type"])
            elif m.get("method") == "Network.requestWillBeSent" and not p["request"]["url"].startswith("file://"):
                out.append("request: " + p["request"]["url"])
        return out

    def emulate(self, media="", dark=False):
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def shoot(self, out, selector=None):
        params = {"format": "png"}
        if selector:
            box = self.eval(f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                            "return [r.x + scrollX, r.y + scrollY, r.width, r.height]; })()")
            params["clip"] = {"x": box[0], "y": box[1], "width": box[2], "height": box[3], "scale": 1}
            params["captureBeyondViewport"] = True
        with open(out, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot", **params)["data"]))


SHOWN = "document.querySelectorAll('#findings details.finding:not([hidden])').length"
CURRENT = "(document.activeElement.closest('details.finding') || {id: ''}).id"


def check(b, page):
    def test(name, got, want):
        print(f"ok {name}" if got == want else f"not ok {name}: {got!r}, want {want!r}", flush=True)

    b.emulate(dark=False)
    b.open(page)
    n = b.eval("document.querySelectorAll('#findings details.finding').length")
    test("page: it has findings", n > 1, True)
    test("page: its script runs", b.eval("document.documentElement.className"), "js")
    test("page: nothing in it is somebody else's script", b.eval("typeof window.hostile"), "undefined")
    test("page: all are shown at first", b.eval(SHOWN), n)
    light = b.eval("getComputedStyle(document.body).backgroundColor")
    b.emulate(dark=True)
    test("page: dark is another colour", b.eval("getComputedStyle(document.body).backgroundColor") != light, True)
    b.emulate(dark=False)
    b.key("Tab")
    test("keys: first comes the way past the overview", b.eval("document.activeElement.className"), "skip")
    b.key("j")
    first = b.eval(CURRENT)
    b.key("j")
    second = b.eval(CURRENT)
    b.key("k")
    test("keys: j and k go forth and back", [first, second, b.eval(CURRENT)], ["f1", "f2", "f1"])
    was = b.eval("document.activeElement.parentElement.open")
    b.key("Enter")
    test("keys: Enter opens and closes", b.eval("document.activeElement.parentElement.open"), not was)
    b.key("/")
    test("keys: / is the search", b.eval("document.activeElement.id"), "search")
    for c in "zzqq":
        b.key(c)
    b.until(f"{SHOWN} === 0")
    test("search: what is nowhere is not shown", b.eval(SHOWN), 0)
    b.key("Escape")
    test("search: Escape shows all again", [b.eval(SHOWN), b.eval("document.activeElement === document.body")], [n, True])
    b.eval("document.querySelectorAll('.codes input').forEach((x, i) => { if (i) x.click(); })")
    code = b.eval("document.querySelector('.codes input').value")
    test("filter: by code", b.eval(SHOWN), b.eval(f"document.querySelectorAll('details.finding[data-c={code}]').length"))
    b.eval("document.querySelectorAll('.codes input').forEach((x, i) => { if (i) x.click(); })")
    b.eval("(() => { const s = document.getElementById('package'); s.selectedIndex = 1; s.dispatchEvent(new Event('change')); })()")
    test("filter: by package", b.eval(SHOWN) in range(1, n + 1), True)
    b.eval("(() => { const s = document.getElementById('package'); s.selectedIndex = 0; s.dispatchEvent(new Event('change')); })()")
    b.key("x")
    b.key("x")
    states = b.eval("new Set(Array.from(document.querySelectorAll('#findings details.finding')).map((f) => f.open)).size")
    test("keys: x opens or closes all", states, 1)
    b.emulate(media="print")
    test("print: no controls", b.eval("getComputedStyle(document.querySelector('.filter')).display"), "none")
    test("print: it makes a document", len(b.call("Page.printToPDF")["data"]) > 1000, True)
    b.emulate()
    b.open("/dev/null")
    b.open(page, "#f2")
    test("address: a fragment opens its finding", b.eval("document.getElementById('f2').open"), True)
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    b.call("Emulation.setDeviceMetricsOverride", width=380, height=800, deviceScaleFactor=1, mobile=True)
    test("layout: nothing sticks out on a narrow screen", b.eval(wide), True)
    test("page: no complaints, no requests", b.complaints(), [])


def load(b, page):
    b.emulate()
    loaded = b.open(page)
    n = b.eval("document.querySelectorAll('#findings details.finding').length")
    frame = "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(performance.now()))))"
    b.eval(frame)

    def timed(script):
        start = time.monotonic()
        b.eval(script)
        b.eval(frame)
        return (time.monotonic() - start) * 1e3

    found = timed("(() => { const s = document.getElementById('search'); s.value = 'func1'; "
                  "document.getElementById('package').dispatchEvent(new Event('change')); })()")
    cleared = timed("(() => { document.getElementById('search').value = ''; "
                    "document.getElementById('package').dispatchEvent(new Event('change')); })()")
    end = timed("scrollTo(0, document.body.scrollHeight)")
    opened = timed("document.getElementById('toggle').click()")
    whole = b.eval("Array.from(document.querySelectorAll('#findings details[open] > .body')).every((x) => x.children.length > 0)")
    if not whole or b.complaints():
        sys.exit(f"an open finding is empty, or: {b.complaints()}")
    size = os.path.getsize(page) / 1e6
    print(f"{n} findings, {size:.1f} MB: loaded {loaded * 1e3:.0f} ms, search {found:.0f} ms, all again {cleared:.0f} ms, "
          f"to the end {end:.0f} ms, all opened {opened:.0f} ms")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("what", choices=("check", "load", "shoot"))
    p.add_argument("page")
    p.add_argument("out", nargs="?")
    p.add_argument("-dark", action="store_true")
    p.add_argument("-width", type=int, default=1200)
    p.add_argument("-height", type=int, default=900)
    p.add_argument("-selector")
    p.add_argument("-script")
    p.add_argument("-fragment", default="")
    a = p.parse_args()
    b = Browser(a.width, a.height)
    try:
        if a.what == "check":
            check(b, a.page)
        elif a.what == "load":
            load(b, a.page)
        else:
            b.emulate(dark=a.dark)
            b.open(a.page, a.fragment)
            if a.script:
                b.eval(a.script)
            time.sleep(0.2)
            b.shoot(a.out, a.selector)
    finally:
        b.close()


main()
