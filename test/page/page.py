#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The registry's pages in a real Chromium: what they show, by keyboard alone, to a screen reader, in the dark, on a narrow window.

    test/page/page.py TENON [--picture FILE.png] [--pictures FOLDER]

Installs nothing: it says which of chromium and chromium-driver are missing, and fails. `--picture` writes the one of the manual,
`--pictures` one of each page in each size and scheme, to look at.
"""
import argparse
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from served import Served  # pylint: disable=wrong-import-position
import browser as chromium  # pylint: disable=wrong-import-position
from browser import ENTER, SHIFT, TAB  # pylint: disable=wrong-import-position

manifest_type = "application/vnd.oci.image.manifest.v1+json"
par_config, par_layer = "application/vnd.wasmcloud.provider.archive.config", "application/vnd.wasmcloud.provider.archive.layer.v1+par"
component = bytes.fromhex("0061736d0d000100" "0108" "0061736d01000000")
hostile = '<script src="http://elsewhere.example/x.js">alert(1)</script>\u202e'
long_name, long_tag = "strange/" + "long" * 50, "tag" * 42  # nearly as long as they may be
many = 230  # tags, more than a page holds


class Broken(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Broken(message)


def expect(found, wanted, what):
    require(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


class Registry:
    """A registry with something of every kind in it."""

    def __init__(self, tenon, folder):
        self.tenon, self.folder = tenon, folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": "tester", "LANG": "C.UTF-8"}
        self.served = Served(tenon, None, "--access-log", "none", environment=self.environment).start()
        self.url = "http://" + self.served.address

    def tool(self, *words):
        done = subprocess.run([self.tenon, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        require(done.returncode == 0, f"`tenon {' '.join(words)}` left with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def ship(self, name, file):
        return json.loads(self.tool("push", f"{self.served.address}/{name}", file, "--insecure", "-o", "json"))["digest"]

    def put(self, wanted, method, path, body, kind="application/octet-stream"):
        status, headers, content = self.served.request(method, path, body, {"Content-Type": kind})
        require(status == wanted, f"{method} {path} is answered with {status}: {content[:300]}")
        return headers

    def put_artifact(self, repository, reference, layers, config=b"{}", config_type="application/vnd.example.config", **more):
        """`layers` are (content, type); pushed by hand, so that nobody checks them. Gives the descriptor."""
        parts = []
        for content, kind in ((config, config_type), *layers):
            digest = "sha256:" + hashlib.sha256(content).hexdigest()
            self.put(201, "POST", f"/v2/{repository}/blobs/uploads/?digest={digest}", content)
            parts.append({"mediaType": kind, "digest": digest, "size": len(content)})
        manifest = {"schemaVersion": 2, "mediaType": manifest_type, "config": parts[0], "layers": parts[1:], **more}
        content = json.dumps(manifest).encode()
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.put(201, "PUT", f"/v2/{repository}/manifests/{reference or digest}", content, manifest_type)
        return {"mediaType": manifest_type, "digest": digest, "size": len(content)}

    def fill(self):
        for name in ("one", "two"):
            (self.folder / name).write_bytes(b"\x7fELF" + name.encode() * 5000)
        self.tool("par", "create", "-v", "Acme", "-n", "Echo", "-r", "2", "--version", "0.3.0", "-a", "x86_64-linux", "-b", "one", "--destination",
                  "echo.par.gz", "--compress", "-d", "keys")
        self.tool("par", "insert", "echo.par.gz", "-a", "aarch64-linux", "-b", "two", "-d", "keys")
        archive = self.ship("acme/echo:0.3.0", "echo.par.gz")
        self.ship("acme/echo:stable", "echo.par.gz")
        status, _, content = self.served.request("GET", "/v2/acme/echo/manifests/0.3.0")
        expect(status, 200, "the manifest of the archive")
        subject = {"mediaType": manifest_type, "digest": archive, "size": len(content)}
        self.put_artifact("acme/echo", None, [(b'{"spdxVersion":"SPDX-2.3"}', "application/spdx+json")], subject=subject,
                          artifactType="application/spdx+json", annotations={"org.opencontainers.image.title": "parts of the archive"})
        # One byte of the executable is another; whoever made it did not use tenon to push it.
        self.tool("par", "create", "-v", "Acme", "-n", "Echo", "-a", "x86_64-linux", "-b", "one", "--destination", "plain.par", "-d", "keys")
        damaged = (self.folder / "plain.par").read_bytes().replace(b"oneoneone", b"onetwoone", 1)
        self.put_artifact("acme/echo", "damaged", [(damaged, par_layer)], config_type=par_config)
        (self.folder / "plain.wasm").write_bytes(component)
        self.tool("claims", "sign", "plain.wasm", "-d", "signed.wasm", "-n", "adder", "-r", "3", "-v", "1.2.0", "--directory", "keys")
        self.ship("acme/adder:1.2.0", "signed.wasm")
        self.ship("acme/adder:unsigned", "plain.wasm")
        self.put_artifact("strange/things", "names", [(b"?", "text/plain")], annotations={hostile: hostile})
        self.put_artifact(long_name, long_tag, [], annotations={"a" * 300: "b" * 300})
        self.put_artifact("strange/many", "t000", [])
        for number in range(1, many):
            self.put(201, "PUT", f"/v2/strange/many/manifests/t{number:03}", self.served.request("GET", "/v2/strange/many/manifests/t000")[2],
                     manifest_type)
        self.archive = archive


class Visit:
    """One browser, looking at one registry."""

    def __init__(self, registry, window):
        self.registry, self.window = registry, window

    def open(self, path):
        self.window.open(self.registry.url + path)

    def links(self, where="main"):
        return self.window.script("return [...document.querySelectorAll(arguments[0] + ' a')].map(a => a.textContent)", where)

    def follow(self, text):
        """Enter on the link that says this, in the page's content; Tab leads there."""
        for _ in range(400):
            self.window.press(TAB)
            if self.window.script("const a = document.activeElement; return !!a.closest('main') && a.textContent == arguments[0]", text):
                self.window.press(ENTER)
                return
        raise Broken(f"Tab does not lead to the link {text!r}")

    def text(self, selector="main"):
        return self.window.script("return document.querySelector(arguments[0]).innerText", selector)

    def table(self, caption):
        """The rows, without those of its head."""
        rows = self.window.script("""
            const table = [...document.querySelectorAll('table')].find(t => t.caption.textContent == arguments[0]);
            return table && [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent));""", caption)
        require(rows is not None, f"there is no table {caption!r}")
        return rows

    def facts(self, where="main"):
        pairs = self.window.script("""
            return [...document.querySelectorAll(arguments[0] + ' dt')].map(dt => [dt.textContent, dt.nextElementSibling.textContent])""", where)
        return {name: value for name, value in reversed(pairs)}


def pages(registry):
    return ("/", "/repositories/acme/echo", f"/manifests/acme/echo@{registry.archive}", "/manifests/acme/echo:0.3.0", "/manifests/acme/echo:damaged",
            "/manifests/acme/adder:1.2.0", "/manifests/acme/adder:unsigned", "/repositories/strange/many", "/manifests/strange/things:names",
            f"/repositories/{long_name}", f"/manifests/{long_name}:{long_tag}", "/repositories/no/such")


# --- what they show

def from_the_start(visit):
    """from the list of repositories to an archive, its claims and its referrer, by keyboard alone"""
    visit.open("/")
    expect(visit.window.title, "Repositories - registry", "title")
    expect(visit.links(), ["acme/adder", "acme/echo", long_name, "strange/many", "strange/things"], "repositories")
    visit.follow("acme/echo")
    expect(visit.window.url, visit.registry.url + "/repositories/acme/echo", "address")
    expect([row[0] for row in visit.table("Tags")], ["0.3.0", "damaged", "stable"], "tags")
    expect([row[1] for row in visit.table("Manifests without a tag")], ["application/spdx+json"], "what has no tag")
    visit.follow("0.3.0")
    expect(visit.window.title, "acme/echo:0.3.0 - registry", "title")
    expect(visit.facts()["Digest"], visit.registry.archive, "digest")
    claims = visit.facts("section")
    expect((claims["Name"], claims["Vendor"], claims["Version"], claims["Revision"]), ("Echo", "Acme", "0.3.0", "2"), "claims")
    expect((claims["Issuer"][:1], claims["Subject"][:1]), ("A", "V"), "keys in the claims")
    require("Verified" in visit.text("section strong"), "a good archive is not called verified")
    expect([row[0] for row in visit.table("Content")], ["Config", "Layer"], "content")
    referrer = visit.table("Referrers")
    expect([row[1] for row in referrer], ["application/spdx+json"], "what refers to the archive")
    visit.follow(referrer[0][0])
    require("Refers to" in visit.facts(), "a referrer does not say what it refers to")
    visit.follow(visit.registry.archive)
    require(visit.window.url.endswith(visit.registry.archive), "the way back to the archive leads elsewhere")


def verdicts(visit):
    """what is damaged, signed and unsigned"""
    visit.open("/manifests/acme/echo:damaged")
    expect(visit.text("section strong"), "Not fit for use.", "verdict of the damaged archive")
    require("x86_64-linux" in visit.text("section ul"), "the reason does not name the target")
    visit.open("/manifests/acme/adder:1.2.0")
    expect(visit.facts("section")["Name"], "adder", "name in the component's claims")
    require("Verified" in visit.text("section strong"), "a good component is not called verified")
    visit.open("/manifests/acme/adder:unsigned")
    expect(visit.text("section strong"), "Not signed.", "verdict of the unsigned component")


def strangers(visit):
    """what strangers have written is text"""
    visit.open("/manifests/strange/things:names")
    row = visit.table("Annotations")[0]
    require(row[0].startswith('<script src="http://elsewhere'), f"the annotation is shown as {row[0]!r}")
    expect(visit.window.script("return document.scripts.length"), 0, "scripts on the page")
    require("\u202e" not in row[0], "a character that turns the reading direction reaches the page")


def paging(visit):
    """many tags: page by page, each once"""
    visit.open("/repositories/strange/many")
    seen = []
    for _ in range(5):
        seen += [row[0] for row in visit.table("Tags")]
        if "Next page" not in visit.links():
            break
        visit.follow("Next page")
    expect(seen, [f"t{number:03}" for number in range(many)], "tags")
    require("without a tag" not in visit.text(), "a table of nothing is shown")


def absent(visit):
    """what is not there"""
    visit.open("/repositories/no/such")
    expect(visit.text("h1"), "Not found", "heading")
    expect(visit.links("nav"), ["Repositories"], "the way out")


# --- how they can be used

def keyboard(visit):
    """Tab comes to every link in order, each shows that it has the focus; the first one leads past the rest"""
    for path in ("/", "/repositories/acme/echo", "/manifests/acme/echo:0.3.0"):
        visit.open(path)
        expected = visit.window.script("return [...document.links].map(a => a.href)")
        found = []
        for _ in expected:
            visit.window.press(TAB)
            target, outline, width, top, bottom = visit.window.script("""
                const a = document.activeElement, style = getComputedStyle(a), box = a.getBoundingClientRect();
                return [a.href, style.outlineStyle, parseFloat(style.outlineWidth), box.right > 0 && box.top, box.bottom <= innerHeight];""")
            require(outline != "none" and width >= 2, f"{path}: the link to {target} does not show that it has the focus")
            require(top is not False and top >= 0 and bottom, f"{path}: the link to {target} has the focus and is not in sight")
            found.append(target)
        expect(found, expected, f"{path}: links in the order of Tab")
        visit.window.press(SHIFT, TAB)
        expect(visit.window.script("return document.activeElement.href"), expected[-2], f"{path}: Shift-Tab")
    visit.open("/repositories/acme/echo")
    visit.window.press(TAB)
    expect(visit.window.script("return document.activeElement.textContent"), "Skip to content", "the first link")
    visit.window.press(ENTER)
    visit.window.press(TAB)
    expect(visit.window.script("return document.activeElement.textContent"), "0.3.0", "the link after the one that skips")


def screen_reader(visit):
    """landmarks, headings, names of links and tables, language"""
    for path in pages(visit.registry):
        visit.open(path)
        expect(visit.window.script("return document.documentElement.lang"), "en", f"{path}: language")
        nodes = visit.window.accessible()
        roles = [role for role, _, _ in nodes]
        expect([roles.count(role) for role in ("banner", "navigation", "main")], [1, 1, 1], f"{path}: banner, navigation and main")
        expect([name for role, name, _ in nodes if role == "navigation"], ["Where you are"], f"{path}: name of the navigation")
        levels = [properties["level"] for role, _, properties in nodes if role == "heading"]
        require(levels[:1] == [1] and levels.count(1) == 1, f"{path}: the headings have levels {levels}")
        require(all(b <= a + 1 for a, b in zip(levels, levels[1:])), f"{path}: the headings have levels {levels}")
        for role, name, _ in nodes:
            require(name or role not in ("link", "heading", "table", "region", "columnheader", "rowheader"), f"{path}: a {role} without a name")
        tables = [name for role, name, _ in nodes if role == "table"]
        headings = [name for role, name, _ in nodes if role == "heading"]
        require(set(tables) <= set(headings), f"{path}: the tables {sorted(set(tables) - set(headings))} cannot be found by headings {headings}")
        require(roles[0] == "RootWebArea" and nodes[0][1].endswith(" - registry"), f"{path}: the page is called {nodes[0][1]!r}")
        if "section" in visit.window.script("return document.body.innerHTML"):
            require("Claims" in [name for role, name, _ in nodes if role == "region"], f"{path}: the claims are not a region")
        here = visit.window.script("return [...document.querySelectorAll('nav [aria-current=page]')].map(a => a.textContent)")
        require(len(here) == 1 or path == "/repositories/no/such", f"{path}: where one is in the navigation is marked {len(here)} times")


def narrow(visit):
    """windows from 360 pixels: nothing to scroll sideways, and tables are still tables"""
    for path in pages(visit.registry):
        visit.open(path)
        wide = tables_of(visit)
        for width in (360, 660, 1024):
            visit.window.size(width)
            found = visit.window.script("return document.scrollingElement.scrollWidth")
            require(found <= width, f"{path}: {found} pixels wide of {width}")
            expect(tables_of(visit), wide, f"{path}: tables, their rows and cells in {width} pixels")


def tables_of(visit):
    roles = [role for role, _, _ in visit.window.accessible()]
    return {role: roles.count(role) for role in ("table", "row", "columnheader", "rowheader", "cell")}


CONTRAST = """
    const parse = text => { const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
                            c.fillStyle = text; c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
    const light = ([r, g, b]) => { const f = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
                                   return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
    const ground = document.createElement('div');
    document.body.append(ground); ground.style.backgroundColor = 'Canvas';
    const under = light(parse(getComputedStyle(ground).backgroundColor)); ground.remove();
    const ratio = color => { const over = light(parse(color)); return (Math.max(over, under) + .05) / (Math.min(over, under) + .05); };
    const texts = [...document.querySelectorAll('h1,p,a:not(.skip),th,td,dt,dd,code,caption,strong')].map(
        e => [e.tagName + ' ' + e.textContent.slice(0, 30), ratio(getComputedStyle(e).color), 4.5]);
    const borders = [...document.querySelectorAll('section')].map(e => ['border', ratio(getComputedStyle(e).borderLeftColor), 3]);
    return [under, [...texts, ...borders].filter(([, found, least]) => found < least)];"""


def schemes(visit):
    """light and dark: text stands out from what is under it"""
    for scheme, is_dark in (("light", False), ("dark", True)):
        visit.window.scheme(scheme)
        try:
            for path in pages(visit.registry):
                visit.open(path)
                under, faint = visit.window.script(CONTRAST)
                expect(under < 0.2, is_dark, f"{path}, {scheme}: the ground is dark")
                require(not faint, f"{path}, {scheme}: too little contrast: {faint[:3]}")
        finally:
            visit.window.scheme("light")


def quiet(visit):
    """nothing in the console, nothing asked of another host"""
    visit.window.log("browser")
    visit.window.requests()
    for path in pages(visit.registry):
        visit.open(path)
        # A page that is not there is itself the complaint.
        said = [entry["message"] for entry in visit.window.log("browser") if not (path == "/repositories/no/such" and "404" in entry["message"])]
        require(not said, f"{path}: the console says {said}")
        strange = [url for url in visit.window.requests() if chromium.host(url) != visit.registry.served.address]
        require(not strange, f"{path}: asks {strange}")


def take_pictures(visit, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for width in (1024, 360):
            visit.window.scheme(scheme)
            visit.window.size(width)
            for number, path in enumerate(pages(visit.registry)):
                visit.open(path)
                (folder / f"{number}-{width}-{scheme}.png").write_bytes(visit.window.picture())


def smaller(png):
    """The same picture with a palette: letters on a plain ground need few colours, and a third of the room."""
    chunks, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8:at + 8 + length]
        at += length + 12
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    require(depth == 8 and kind in (2, 6), f"a PNG with depth {depth} and colours of kind {kind}")
    step = 3 if kind == 2 else 4
    rows = unfiltered(zlib.decompress(chunks[b"IDAT"]), width * step, step)
    colours = {}
    packed = bytearray()
    for row in rows:
        packed.append(0)  # no filter
        for x in range(0, len(row), step):
            colour = tuple((value + 8) // 17 * 17 for value in row[x:x + 3])  # sixteen steps of each
            packed.append(colours.setdefault(colour, len(colours)))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(value for colour in colours for value in colour)), (b"IDAT", zlib.compress(bytes(packed), 9)),
             (b"IEND", b""))
    return png[:8] + b"".join(struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(kind + content))
                              for kind, content in parts)


def unfiltered(data, width, step):
    """https://www.w3.org/TR/png-3/#9Filters"""
    above = bytearray(width)
    for start in range(0, len(data), width + 1):
        kind, row = data[start], bytearray(data[start + 1:start + 1 + width])
        for i, value in enumerate(row if kind else b""):
            left, up = row[i - step] if i >= step else 0, above[i]
            corner = above[i - step] if i >= step else 0
            if kind == 4:
                guess = left + up - corner
                near = min((left, up, corner), key=lambda other: abs(guess - other))
            row[i] = value + (left, up, (left + up) // 2, near if kind == 4 else 0)[kind - 1] & 0xff
        yield row
        above = row


def take_picture(visit, file):
    """For the manual."""
    visit.window.scheme("light")
    visit.window.size(960, 600)
    visit.open("/manifests/acme/echo:0.3.0")
    picture = smaller(visit.window.picture())
    require(len(picture) < 100_000, f"the picture has {len(picture)} bytes")
    file.write_bytes(picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tenon", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    options = parser.parse_args()
    if missing := chromium.missing():
        sys.exit(f"page: {' and '.join(missing)} must be installed first: apt-get install {' '.join(missing)}")
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="tenon-page-", ignore_cleanup_errors=True) as folder:
        place = pathlib.Path(folder).resolve()
        (place / "browser").mkdir()
        registry = Registry(options.tenon, place)
        window = None
        try:
            registry.fill()
            window = chromium.Browser(str(place / "browser"))
            visit = Visit(registry, window)
            for scene in (from_the_start, verdicts, strangers, paging, absent, keyboard, screen_reader, narrow, schemes, quiet):
                try:
                    scene(visit)
                    print(f"ok    {scene.__doc__}", flush=True)
                    passed += 1
                except (Broken, KeyError) as broken:
                    print(f"FAIL  {scene.__doc__}: {broken}", flush=True)
                    failed += 1
            if options.pictures and not failed:
                take_pictures(visit, options.pictures)
            if options.picture and not failed:
                take_picture(visit, options.picture)
            print(f"with  {window.version}")
        finally:
            if window:
                window.close()
            registry.served.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
