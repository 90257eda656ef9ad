# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A Chromium that a test drives: the WebDriver protocol over HTTP to chromedriver, and what only Chromium's own protocol tells.

https://www.w3.org/TR/webdriver2/ and https://chromedevtools.github.io/devtools-protocol/
"""
import base64
import http.client
import json
import os
import shutil
import subprocess
import urllib.parse

TAB, ENTER, SHIFT = "\ue004", "\ue007", "\ue008"


def missing():
    """What has to be installed first."""
    found = {"chromium": browser_program(), "chromium-driver": shutil.which("chromedriver")}
    return [name for name, path in found.items() if not path]


def browser_program():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    def __init__(self, profile):
        """`profile` is an empty folder."""
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, env=os.environ | {"HOME": profile})
        port = next(int(line.rpartition(" ")[2].rstrip(".\n")) for line in self.driver.stdout if "started successfully on port" in line)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.session = None
        arguments = ["--headless=new", f"--user-data-dir={profile}/profile", "--no-first-run", "--disable-background-networking", "--disable-gpu",
                     "--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1024,900", "--disable-dev-shm-usage"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # which root cannot have
        options = {"binary": browser_program(), "args": arguments}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        started = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = started["sessionId"]
        self.version = "{browserName} {browserVersion}".format(**started["capabilities"])

    def call(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        value = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{method} {path}: {value['error']}: {value['message'][:500]}")
        return value

    def ask(self, path, body):
        return self.call("POST", f"/session/{self.session}/{path}", body)

    def close(self):
        if self.session:
            self.call("DELETE", f"/session/{self.session}")
        self.driver.terminate()
        self.driver.wait(30)
        self.driver.stdout.close()

    def open(self, url):
        self.ask("url", {"url": url})

    @property
    def url(self):
        return self.call("GET", f"/session/{self.session}/url")

    @property
    def title(self):
        return self.call("GET", f"/session/{self.session}/title")

    def script(self, text, *arguments):
        """The body of a function; gives what it returns."""
        return self.ask("execute/sync", {"script": text, "args": list(arguments)})

    def press(self, *keys):
        """All of them at once, and then let go."""
        steps = [{"type": "keyDown", "value": key} for key in keys] + [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.ask("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def command(self, name, **parameters):
        """Of the DevTools protocol."""
        return self.ask("goog/cdp/execute", {"cmd": name, "params": parameters})

    def log(self, kind):
        return self.ask("se/log", {"type": kind})

    def requests(self):
        """URLs asked for since the last question."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def size(self, width, height=900):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def picture(self):
        """PNG of the whole page."""
        return base64.b64decode(self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])

    def accessible(self):
        """What a screen reader is told: (role, name, properties) of every node that is not ignored, in reading order."""
        nodes = {node["nodeId"]: node for node in self.command("Accessibility.getFullAXTree")["nodes"]}
        root = next(node for node in nodes.values() if "parentId" not in node)
        found = []

        def walk(node):
            if not node.get("ignored"):
                properties = {entry["name"]: entry["value"].get("value") for entry in node.get("properties", [])}
                found.append((node["role"]["value"], node.get("name", {}).get("value", ""), properties))
            for child in node.get("childIds", []):
                if child in nodes:
                    walk(nodes[child])
        walk(root)
        return found


def host(url):
    return urllib.parse.urlsplit(url).netloc
