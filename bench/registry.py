#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times pushing, pulling and serving beside docker-registry, crane, skopeo and wash, alternating in one run, with two controls:
sendfile(2) of the same file over loopback, and write + fsync + SHA-256 of the same bytes. Prints the rows of docs/benchmarks.md.

    bench/registry.py --tenon PROGRAM [--runs 5] [--mebibytes 100] [--only WORD]

Everything is on 127.0.0.1, plain HTTP. Peers are looked for in PATH; what is missing is named and its figure left out. Seconds
are wall time of the whole client process, or of the request where a server is measured; medians count, and ratios are medians of
the pairs' ratios. wrk measures requests a second.
"""
import argparse
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PIECE = 1 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def peak_mebibytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) / 1024


class Server:
    """A registry on a port of its own, with an empty folder each time it is started."""

    def __init__(self, name, folder, words, environment):
        self.name, self.folder, self.words, self.environment = name, folder, words, environment
        self.port = free_port()

    @contextlib.contextmanager
    def running(self, keep=False):
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen([str(w) for w in self.words(self)], env=self.environment, cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "wb"))
        try:
            for _ in range(500):
                with contextlib.suppress(OSError):
                    self.request("GET", "/v2/")
                    break
                time.sleep(0.01)
            else:
                sys.exit(f"bench: {self.name} does not answer: {(self.folder / 'log').read_text()[-2000:]}")
            self.pid = process.pid
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def request(self, method, path, body=None, headers=None, sink=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            if sink:
                while piece := answer.read(PIECE):
                    sink(piece)
                return answer.status, answer.headers, b""
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def put_blob(self, repository, file, digest):
        """POST, then one PUT with the file; gives the seconds of the PUT."""
        status, headers, _ = self.request("POST", f"/v2/{repository}/blobs/uploads/", headers={"Content-Length": "0"})
        assert status == 202, status
        place = re.sub(r"^https?://[^/]+", "", headers["Location"])
        place += ("&" if "?" in place else "?") + "digest=" + digest
        size = file.stat().st_size
        with open(file, "rb") as data, socket.create_connection(("127.0.0.1", self.port)) as link:
            begin = time.monotonic()
            link.sendall((f"PUT {place} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/octet-stream\r\n"
                          f"Content-Length: {size}\r\nConnection: close\r\n\r\n").encode())
            sent = 0
            while sent < size:
                sent += os.sendfile(link.fileno(), data.fileno(), sent, size - sent)
            head = link.recv(65536)
            seconds = time.monotonic() - begin
        assert b" 201 " in head.split(b"\r\n")[0], head
        return seconds

    def get_blob(self, repository, digest):
        """GET over a bare socket, read away; gives seconds."""
        with socket.create_connection(("127.0.0.1", self.port)) as link:
            buffer = bytearray(PIECE)
            begin = time.monotonic()
            link.sendall((f"GET /v2/{repository}/blobs/{digest} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
                          "Connection: close\r\n\r\n").encode())
            while link.recv_into(buffer):
                pass
            return time.monotonic() - begin

    def put_manifest(self, repository, tag, manifest):
        status, _, body = self.request("PUT", f"/v2/{repository}/manifests/{tag}", body=manifest,
                                       headers={"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
        assert status == 201, (status, body)


def sendfile_control(file):
    """The whole file from one socket to another; gives seconds."""
    listener = socket.create_server(("127.0.0.1", 0))
    size = file.stat().st_size

    def serve():
        link, _ = listener.accept()
        with link, open(file, "rb") as data:
            link.recv(1024)
            sent = 0
            while sent < size:
                sent += os.sendfile(link.fileno(), data.fileno(), sent, size - sent)

    thread = threading.Thread(target=serve)
    thread.start()
    with socket.create_connection(listener.getsockname()) as link:
        buffer = bytearray(PIECE)
        begin = time.monotonic()
        link.sendall(b"x")
        while link.recv_into(buffer):
            pass
        seconds = time.monotonic() - begin
    thread.join()
    listener.close()
    return seconds


def write_control(source, target):
    """Write, SHA-256 and fsync of the same bytes, one after another as a plain program does it; gives seconds."""
    with open(source, "rb") as data:
        pieces = list(iter(lambda: data.read(PIECE), b""))
    target.unlink(missing_ok=True)
    begin = time.monotonic()
    digest = hashlib.sha256()
    with open(target, "wb") as out:
        for piece in pieces:
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return time.monotonic() - begin


class Bench:
    def __init__(self, options, folder):
        self.runs, self.folder = options.runs, pathlib.Path(folder)
        self.only = options.only
        home = self.folder / "home"
        (home / ".wash").mkdir(parents=True)
        (home / ".wash/.completion_suggested").touch()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "USER": "bench", "LANG": "C.UTF-8",
                            "XDG_CACHE_HOME": str(home / "cache")}
        self.tenon = options.tenon.resolve()
        self.found = {name: shutil.which(name) for name in ("docker-registry", "crane", "skopeo", "wash", "wrk")}
        for name, path in self.found.items():
            if not path:
                print(f"bench: {name} is not in PATH; its figures are left out", file=sys.stderr)

    def servers(self):
        def ours(server):
            return [self.tenon, "registry", "serve", "--addr", f"127.0.0.1:{server.port}", "--dir", server.folder / "data"]

        def theirs(server):
            config = server.folder / "config.yml"
            config.write_text("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
                              f"storage: {{cache: {{blobdescriptor: inmemory}}, filesystem: {{rootdirectory: {server.folder}/data}}, "
                              f"delete: {{enabled: true}}}}\nhttp: {{addr: '127.0.0.1:{server.port}'}}\n")
            return [self.found["docker-registry"], "serve", config]

        made = [Server("tenon", self.folder / "ours", ours, self.environment)]
        if self.found["docker-registry"]:
            made.append(Server("docker-registry", self.folder / "theirs", theirs, self.environment))
        return made

    def client(self, words):
        """Gives (seconds, MiB) of one process."""
        begin = time.monotonic()
        process = subprocess.Popen([str(w) for w in words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"bench: `{' '.join(map(str, words))}` left with {process.returncode}: {errors.decode(errors='replace')}")
        return seconds, usage.ru_maxrss / 1024

    def row(self, title, figures, note=""):
        """Figures: name -> list of seconds or (seconds, MiB), measured in turn. The first is tenon's."""
        first, cells = None, []
        for name, values in figures.items():
            pairs = [v if isinstance(v, tuple) else (v, None) for v in values]
            seconds = statistics.median(p[0] for p in pairs)
            peak = f", {max(p[1] for p in pairs):.0f} MiB" if pairs[0][1] else ""
            if first is None:
                first = [p[0] for p in pairs]
                cells.append(f"{name} {seconds:.3f} s{peak}")
            else:
                ratio = statistics.median(p[0] / mine for p, mine in zip(pairs, first))
                cells.append(f"{name} {seconds:.3f} s{peak} ({ratio:.2f})")
        print(f"| {title} | {'; '.join(cells)} | {note} |", flush=True)

    def wants(self, word):
        return not self.only or self.only == word


def make_artifact(bench, mebibytes):
    """A provider archive, plain, around random bytes; and an OCI layout of the same layer for crane and skopeo."""
    folder = bench.folder
    with open(folder / "prog", "wb") as out:
        for _ in range(mebibytes):
            out.write(os.urandom(PIECE))
    bench.client([bench.tenon, "par", "create", "-v", "Acme", "-n", "Bench", "-b", "prog", "-a", "x86_64-linux", "-d", "keys",
                  "--destination", "prog.par"])
    archive = folder / "prog.par"
    with open(archive, "rb") as data:
        digest = "sha256:" + hashlib.file_digest(data, "sha256").hexdigest()
    layout = folder / "layout"
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True)
    os.link(archive, blobs / digest[7:])

    def blob(data):
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return {"digest": "sha256:" + name, "size": len(data)}

    config = blob(b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["' + digest.encode() + b'"]}}')
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
                "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest,
                            "size": archive.stat().st_size}]}
    entry = {"mediaType": manifest["mediaType"], **blob(json.dumps(manifest).encode()),
             "annotations": {"org.opencontainers.image.ref.name": "1"}}
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    return archive, layout, digest


def measure_push(bench, archive, layout, registry):
    clients = {"tenon": lambda p: [bench.tenon, "push", f"127.0.0.1:{p}/bench/prog:1", archive, "--insecure"]}
    if bench.found["crane"]:
        clients["crane"] = lambda p: [bench.found["crane"], "push", layout, f"127.0.0.1:{p}/bench/prog:1", "--insecure"]
    if bench.found["skopeo"]:
        clients["skopeo"] = lambda p: [bench.found["skopeo"], "copy", "--dest-tls-verify=false", f"oci:{layout}:1",
                                       f"docker://127.0.0.1:{p}/bench/prog:1"]
    if bench.found["wash"]:
        clients["wash"] = lambda p: [bench.found["wash"], "push", f"127.0.0.1:{p}/bench/prog:1", archive, "--insecure"]
    figures = {name: [] for name in clients}
    for _ in range(bench.runs):
        for name, words in clients.items():
            with registry.running():
                figures[name].append(bench.client(words(registry.port)))
    bench.row(f"push to {registry.name}", figures, "a fresh registry each time")


def measure_pull(bench, archive, registry):
    with registry.running():
        where = f"127.0.0.1:{registry.port}/bench/prog:1"
        bench.client([bench.tenon, "push", where, archive, "--insecure"])
        status, _, body = registry.request("GET", "/v2/bench/prog/manifests/1",
                                           headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        assert status == 200
        layer = json.loads(body)["layers"][0]["digest"]
        clients = {"tenon": [bench.tenon, "pull", where, "--insecure", "--destination", "pulled"]}
        if bench.found["crane"]:
            clients["crane blob"] = ["sh", "-c", f"exec {bench.found['crane']} blob 127.0.0.1:{registry.port}/bench/prog@{layer} "
                                     "--insecure >pulled"]
        if bench.found["skopeo"]:
            clients["skopeo copy"] = [bench.found["skopeo"], "copy", "--src-tls-verify=false", f"docker://{where}", "oci:pulled-layout:1"]
        if bench.found["wash"]:
            clients["wash"] = [bench.found["wash"], "pull", where, "--insecure", "--destination", "pulled"]
        clients["curl, no check"] = ["curl", "-s", "-o", "pulled", f"http://127.0.0.1:{registry.port}/v2/bench/prog/blobs/{layer}"]
        figures = {name: [] for name in clients}
        for _ in range(bench.runs):
            for name, words in clients.items():
                (bench.folder / "pulled").unlink(missing_ok=True)
                shutil.rmtree(bench.folder / "pulled-layout", ignore_errors=True)
                shutil.rmtree(bench.folder / "home/cache", ignore_errors=True)
                figures[name].append(bench.client(words))
    bench.row(f"pull from {registry.name}", figures)


def measure_put(bench, archive, digest, servers):
    figures = {server.name: [] for server in servers} | {"write + SHA-256 + fsync": []}
    for _ in range(bench.runs):
        for server in servers:
            with server.running():
                figures[server.name].append(server.put_blob("bench/blob", archive, digest))
        figures["write + SHA-256 + fsync"].append(write_control(archive, bench.folder / "control"))
    (bench.folder / "control").unlink(missing_ok=True)
    bench.row("server: PUT of a blob", figures, "tenon syncs before it answers")


def measure_get(bench, archive, digest, servers):
    figures = {server.name: [] for server in servers} | {"bare sendfile": []}
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.enter_context(server.running())
            server.put_blob("bench/blob", archive, digest)
            server.get_blob("bench/blob", digest)
        for _ in range(max(bench.runs, 9)):
            for server in servers:
                figures[server.name].append(server.get_blob("bench/blob", digest))
            figures["bare sendfile"].append(sendfile_control(archive))
    bench.row("server: GET of a blob", figures)


def small_manifest(server, repository):
    config = b"{}"
    digest = "sha256:" + hashlib.sha256(config).hexdigest()
    status, headers, _ = server.request("POST", f"/v2/{repository}/blobs/uploads/", headers={"Content-Length": "0"})
    assert status == 202
    place = re.sub(r"^https?://[^/]+", "", headers["Location"])
    place += ("&" if "?" in place else "?") + "digest=" + digest
    status, _, _ = server.request("PUT", place, body=config, headers={"Content-Type": "application/octet-stream"})
    assert status == 201

    def make(number):
        descriptor = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(config)}
        return json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": descriptor,
                           "layers": [], "annotations": {"number": str(number)}}).encode()

    return make


def measure_manifests(bench, servers):
    if not bench.found["wrk"]:
        return
    cells, rates = [], []
    for server in servers:
        with server.running():
            server.put_manifest("bench/small", "1", small_manifest(server, "bench/small")(1))
            best = []
            for _ in range(3):
                text = subprocess.run([bench.found["wrk"], "-t1", "-c64", "-d3s", "--latency", "-H",
                                       "Accept: application/vnd.oci.image.manifest.v1+json",
                                       f"http://127.0.0.1:{server.port}/v2/bench/small/manifests/1"],
                                      capture_output=True, text=True, check=True).stdout
                assert "Non-2xx" not in text, text
                rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
                slow, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
                best.append((rate, float(slow) * {"us": 0.001, "ms": 1, "s": 1000}[unit]))
            rate, slow = sorted(best)[1]
            rates.append(rate)
            cells.append(f"{server.name} {rate:.0f}/s, p99 {slow:.1f} ms")
    note = f"{rates[0] / rates[1]:.1f} times" if len(rates) > 1 else ""
    print(f"| server: GET of a small manifest by tag, 64 connections | {'; '.join(cells)} | {note} |", flush=True)


def measure_parallel(bench, archive, digest, server):
    with server.running():
        server.put_blob("bench/blob", archive, digest)
        threads = [threading.Thread(target=server.get_blob, args=("bench/blob", digest)) for _ in range(64)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begin
        print(f"| 64 parallel pulls | {server.name} {seconds:.2f} s, {peak_mebibytes(server.pid):.0f} MiB | |", flush=True)


def measure_tags(bench, server):
    count = 10_000
    with server.running():
        make = small_manifest(server, "bench/tags")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

        def put(number):
            connection.request("PUT", f"/v2/bench/tags/manifests/v{number:05}", body=make(number),
                               headers={"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201, answer.status

        for number in range(count):
            put(number)
        pushes = []
        for number in range(count, count + 20):
            begin = time.monotonic()
            put(number)
            pushes.append(time.monotonic() - begin)

        def page(last):
            times = []
            for _ in range(50):
                begin = time.monotonic()
                connection.request("GET", f"/v2/bench/tags/tags/list?n=100&last={last}")
                answer = connection.getresponse()
                found = json.loads(answer.read())
                times.append(time.monotonic() - begin)
                assert len(found["tags"]) == 100
            return statistics.median(times) * 1000

        early, late = page("v00001"), page("v09800")
        index = next((server.folder / "data").rglob("index.json")).stat().st_size
        print(f"| a repository with {count} tags, `index.json` of {index} bytes | {server.name}: another push "
              f"{statistics.median(pushes) * 1000:.1f} ms (longest {max(pushes) * 1000:.1f}); a page of 100 tags {early:.2f} ms at the "
              f"beginning, {late:.2f} ms at the end | {peak_mebibytes(server.pid):.0f} MiB |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenon", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--mebibytes", type=int, default=100)
    parser.add_argument("--only", choices=["push", "pull", "put", "get", "manifests", "parallel", "tags"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tenon-bench-") as folder:
        bench = Bench(options, folder)
        archive, layout, digest = make_artifact(bench, options.mebibytes)
        servers = bench.servers()
        print("| what | figures (peer's seconds over tenon's) | |\n| --- | --- | --- |")
        for server in reversed(servers):
            if bench.wants("push"):
                measure_push(bench, archive, layout, server)
            if bench.wants("pull"):
                measure_pull(bench, archive, server)
        if bench.wants("put"):
            measure_put(bench, archive, digest, servers)
        if bench.wants("get"):
            measure_get(bench, archive, digest, servers)
        if bench.wants("manifests"):
            measure_manifests(bench, servers)
        if bench.wants("parallel"):
            measure_parallel(bench, archive, digest, servers[0])
        if bench.wants("tags"):
            measure_tags(bench, servers[0])


if __name__ == "__main__":
    main()
