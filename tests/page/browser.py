# SPDX-License-Identifier: Apache-2.0
"""browser.py: headless Chromium, driven over a pipe by its own protocol; no package beside it.

    with Browser(home) as b:
        page = b.open("file:///tmp/page.html", width=390, dark=True)
        page.js("document.title")

A page keeps what the console said, what failed, and every address that was asked for. The browser
has no network: names resolve to nothing, and whatever is asked for all the same is in page.asked.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import time

TIMEOUT = 60


def find():
    """The browser's path, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    def __init__(self, home):
        here_in, self.to = os.pipe()
        self.back, here_out = os.pipe()
        os.makedirs(home, exist_ok=True)
        command = [
            find(), "--headless=new", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=" + home, "about:blank",
        ]
        # Its own sandbox needs namespaces, or an ordinary uid; what it shows here is ours.
        if os.getuid() == 0 or os.environ.get("PAGE_NO_SANDBOX"):
            command.insert(1, "--no-sandbox")

        def wire():
            # High first: one of the two may stand where the other is to go.
            a, b = os.dup2(here_in, 103), os.dup2(here_out, 104)
            os.dup2(a, 3), os.dup2(b, 4)

        self.log = open(os.path.join(home, "stderr"), "w")
        self.process = subprocess.Popen(command, preexec_fn=wire, close_fds=False,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env={**os.environ, "HOME": home}, start_new_session=True)
        os.close(here_in)
        os.close(here_out)
        self.buffer, self.last, self.pages = b"", 0, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except Exception:
            pass
        # A group of our own making: nobody else is in it.
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()

    def read(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self.back, 1 << 20)
            if not part:
                raise EOFError("the browser has ended")
            self.buffer += part
        line, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(line)
        page = self.pages.get(message.get("sessionId"))
        if page and "method" in message:
            page.note(message["method"], message["params"])
        return message

    def call(self, method, params=None, session=None):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline, wanted = time.monotonic() + TIMEOUT, self.last
        while True:
            answer = self.read(deadline)
            if answer.get("id") == wanted:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def open(self, url, width=1280, height=900, dark=False, script=True, media=""):
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, session["sessionId"])
        self.pages[page.session] = page
        for domain in "Page", "Runtime", "Log", "Network", "Accessibility":
            page.call(domain + ".enable")
        page.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1,
                   "mobile": width < 600})
        page.call("Emulation.setEmulatedMedia",
                  {"media": media,
                   "features": [{"name": "prefers-color-scheme",
                                 "value": "dark" if dark else "light"},
                                {"name": "prefers-reduced-motion", "value": "reduce"}]})
        page.call("Emulation.setScriptExecutionDisabled", {"value": not script})
        page.call("Page.navigate", {"url": url})
        deadline = time.monotonic() + TIMEOUT
        while not page.loaded:
            self.read(deadline)
        return page


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.said, self.asked, self.loaded = [], [], False

    def note(self, method, params):
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            self.said.append(params["exceptionDetails"].get("text", "exception"))
        elif method == "Runtime.consoleAPICalled":
            self.said.append("console." + params["type"])
        elif method == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def js(self, text):
        got = self.call("Runtime.evaluate", {"expression": text, "returnByValue": True,
                                             "awaitPromise": True})
        if "exceptionDetails" in got:
            raise RuntimeError(got["exceptionDetails"].get("exception", {}).get("description"))
        return got["result"].get("value")

    def key(self, name, code=0, text=""):
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent",
                      {"type": kind, "key": name, "windowsVirtualKeyCode": code,
                       "text": text if kind == "keyDown" else ""})

    def shot(self, path, whole=False):
        params = {"format": "png", "captureBeyondViewport": whole}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", params)["data"]))

    def pdf(self, path):
        data = self.call("Page.printToPDF", {"printBackground": False, "landscape": True,
                                             "preferCSSPageSize": True})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
