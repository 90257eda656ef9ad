# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rows of peers.py that concern registries: other people's clients and ours, through another people's server and ours, over plain
HTTP, with a password, and with TLS and a password; and our server's folder as a layout that others read and write."""
import hashlib
import json
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from served import Served  # pylint: disable=wrong-import-position

USER, PASSWORD = "alice", "s3cret of a test"
SERVERS = ("docker-registry", "tenon")
MODES = ("plain", "password", "TLS and password")
NEEDS = {"plain": (), "password": ("htpasswd", "curl"), "TLS and password": ("htpasswd", "openssl", "curl")}
IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError("%s: %.300r instead of %.300r" % (what, found, wanted))


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Artifact:
    """A file to ship, and the media types and configuration that go with it."""

    def __init__(self, file, config_type, layer_type, config):
        self.file, self.config_type, self.layer_type, self.config = file, config_type, layer_type, config


ARCHIVE = Artifact("ship.par.gz", "application/vnd.wasmcloud.provider.archive.config",
                   "application/vnd.wasmcloud.provider.archive.layer.v1+par", b"{}")
COMPONENT = Artifact("ship.wasm", "application/vnd.wasm.config.v0+json", "application/wasm", None)


class Site:
    """A server that runs, and what each client must be told to use it."""

    def __init__(self, bench, server, mode, folder):
        self.bench, self.server, self.mode, self.folder = bench, server, mode, folder
        self.tls = mode == "TLS and password"
        self.password = mode != "plain"
        os.makedirs(folder)

    def start(self):
        getattr(self, "start_" + self.server.replace("-", "_"))()
        if self.password:
            self.refuse_strangers()
            self.bench.remember_password(self.address)
        return self

    def refuse_strangers(self):
        """A server that lets everybody in would prove nothing about passwords, nor one that speaks plain HTTP about certificates."""
        flags = ["--cacert", "ca.pem"] if self.tls else []
        url = "%s://%s/v2/" % ("https" if self.tls else "http", self.address)
        expect(self.bench.run("curl", "-s", *flags, "-w", "%{http_code}", "-o", "/dev/null", url).stdout, "401", "answer to a stranger")
        if self.tls:
            expect(self.bench.run("curl", "-s", url, check=False).returncode, 60, "curl, which was not told of our authority")

    def start_tenon(self):
        words = ["--access-log", "none"]
        if self.password:
            words += ["--htpasswd", self.bench.path("users")]
        if self.tls:
            words += ["--tls-cert", self.bench.path("server.pem"), "--tls-key", self.bench.path("server.key")]
        self.served = Served(self.bench.tenon, self.folder + "/data", *words, environment=self.bench.env, log=self.folder + "/log").start()
        self.address = self.served.address

    def start_docker_registry(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = "127.0.0.1:%d" % port
        settings = {"version": "0.1", "log": {"level": "error"}, "http": {"addr": self.address, "secret": "of a test"},
                    "storage": {"filesystem": {"rootdirectory": self.folder + "/data"}}}
        if self.password:
            settings["auth"] = {"htpasswd": {"realm": "test", "path": self.bench.path("users")}}
        if self.tls:
            settings["http"]["tls"] = {"certificate": self.bench.path("server.pem"), "key": self.bench.path("server.key")}
        with open(self.folder + "/config.yml", "w", encoding="utf-8") as file:
            json.dump(settings, file)  # which is YAML too
        self.process = subprocess.Popen(["docker-registry", "serve", self.folder + "/config.yml"], env=self.bench.env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("docker-registry does not come up")

    def stop(self):
        if self.server == "tenon":
            self.served.end()
        else:
            self.process.terminate()
            self.process.wait(30)

    # --- clients. The files that Docker's `login` writes serve crane, skopeo, oras, and tenon where it is not told otherwise.
    def run(self, *words, **more):
        environment = {"SSL_CERT_FILE": self.bench.path("ca.pem")} if self.tls and words[0] in ("crane", "skopeo", "wash") else {}
        return self.bench.run(*words, more=environment, **more)

    def tenon(self, *words, told=True):
        """`told`: by options; otherwise Docker's file and SSL_CERT_FILE say who we are and whom to trust."""
        flags = []
        if not self.tls:
            flags += ["--insecure"]
        elif told:
            flags += ["--ca-file", "ca.pem"]
        if self.password and told:
            flags += ["--user", USER, "--password", PASSWORD]
        more = {"SSL_CERT_FILE": self.bench.path("ca.pem")} if self.tls and not told else {}
        return json.loads(self.bench.run(self.bench.tenon, *words, *flags, "-o", "json", more=more).stdout)

    def crane(self, *words):
        return self.run("crane", *words)

    def skopeo_flags(self, side=""):
        return [] if self.tls else ["--%stls-verify=false" % side]

    def wash_flags(self):
        return ([] if self.tls else ["--insecure"]) + (["-u", USER, "-p", PASSWORD] if self.password else [])

    def oras_flags(self):
        return ["--ca-file", "ca.pem"] if self.tls else ["--plain-http"]


class Sites:
    """Those that were started, each when it is first asked for."""

    def __init__(self, bench):
        self.bench, self.sites = bench, {}

    def __getitem__(self, key):
        if key not in self.sites:
            server, mode = key
            if mode != "plain":
                prepare_users(self.bench)
            if mode == "TLS and password":
                prepare_certificates(self.bench)
            folder = self.bench.path("site-%d" % len(self.sites))
            self.sites[key] = Site(self.bench, server, mode, folder).start()
        return self.sites[key]

    def stop(self):
        for site in self.sites.values():
            site.stop()


def prepare_users(bench):
    if not os.path.exists(bench.path("users")):
        bench.run("htpasswd", "-Bbc", "-C", "5", "users", USER, PASSWORD)


def prepare_certificates(bench):
    if os.path.exists(bench.path("server.pem")):
        return
    bench.write("server.ext", b"subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    bench.run("openssl", "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority of a test",
              "-addext", "keyUsage=critical,keyCertSign")
    bench.run("openssl", "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    bench.run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
              "-extfile", "server.ext", "-out", "server.pem")


def prepare_artifacts(bench):
    """The two files, and one layout of both for clients that push layouts."""
    if os.path.exists(bench.path("ship.wasm")):
        return
    bench.run(bench.tenon, "par", "create", "-v", "acme", "-n", "Echo", "-r", "2", "--version", "0.3.0", "-a", "x86_64-linux", "-b", "one",
              "--destination", ARCHIVE.file, "--compress", "-d", "keys")
    bench.write("plain.wasm", bytes.fromhex("0061736d0d000100" "0108" "0061736d01000000"))
    bench.run(bench.tenon, "claims", "sign", "plain.wasm", "-d", COMPONENT.file, "-n", "adder", "-r", "3", "-v", "1.2.0", "--directory", "keys")
    layer = digest_of(read(bench, COMPONENT.file))
    COMPONENT.config = json.dumps({"created": "2026-01-01T00:00:00Z", "author": None, "architecture": "wasm", "os": "wasip2",
                                   "layerDigests": [layer], "component": {"exports": [], "imports": [], "target": None}}).encode()
    for artifact in (ARCHIVE, COMPONENT):
        write_layout(bench, artifact, "layout-" + artifact.file)


def read(bench, name):
    with open(bench.path(name), "rb") as file:
        return file.read()


def write_layout(bench, artifact, folder):
    """An OCI image layout with one manifest, tagged 1.0; nobody's tool but this one had a hand in it."""
    blobs = os.path.join(bench.path(folder), "blobs", "sha256")
    os.makedirs(blobs)

    def keep(content, kind):
        digest = digest_of(content)
        with open(os.path.join(blobs, digest[7:]), "wb") as file:
            file.write(content)
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    layer = keep(read(bench, artifact.file), artifact.layer_type) | {"annotations": {"org.opencontainers.image.title": artifact.file}}
    manifest = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": keep(artifact.config, artifact.config_type), "layers": [layer]}
    entry = keep(json.dumps(manifest).encode(), IMAGE_MANIFEST) | {"annotations": {"org.opencontainers.image.ref.name": "1.0"}}
    for name, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}), ("index.json", {"schemaVersion": 2, "manifests": [entry]})):
        bench.write(os.path.join(folder, name), json.dumps(value).encode())


# --- they read what we pushed

def crane_reads(site, reference, artifact, digest):
    expect(site.crane("digest", reference).stdout.strip(), digest, "crane digest")
    manifest = site.crane("manifest", reference).stdout
    expect(digest_of(manifest.encode()), digest, "digest of crane manifest")
    layer = reference.rpartition(":")[0] + "@" + json.loads(manifest)["layers"][0]["digest"]
    with open(site.bench.path("out"), "wb") as out:
        site.run("crane", "blob", layer, stdout=out)
    expect(read(site.bench, "out") == read(site.bench, artifact.file), True, "crane blob gives the file")
    expect("1.0" in site.crane("ls", reference.rpartition(":")[0]).stdout.split(), True, "crane ls")


def skopeo_reads(site, reference, artifact, digest):
    raw = site.run("skopeo", "inspect", "--raw", *site.skopeo_flags(), "docker://" + reference).stdout
    expect(digest_of(raw.encode()), digest, "digest of skopeo inspect --raw")
    folder = "skopeo-" + digest[7:19]
    site.run("skopeo", "copy", *site.skopeo_flags("src-"), "docker://" + reference, "oci:%s:1.0" % folder)
    layer = json.loads(raw)["layers"][0]["digest"]
    expect(read(site.bench, "%s/blobs/sha256/%s" % (folder, layer[7:])) == read(site.bench, artifact.file), True, "skopeo copy gives the file")


def wash_reads(site, reference, artifact, _):
    site.run("wash", "pull", reference, "--destination", "out", *site.wash_flags())
    expect(read(site.bench, "out") == read(site.bench, artifact.file), True, "wash pull gives the file")
    shown = json.loads(site.run("wash", "inspect", reference, *site.wash_flags(), "-o", "json").stdout)
    expect(shown["name"], "Echo" if artifact is ARCHIVE else "adder", "wash inspect")


def oras_reads(site, reference, artifact, digest):
    site.run("oras", "pull", reference, "-o", "oras-out", *site.oras_flags())
    expect(read(site.bench, "oras-out/" + artifact.file) == read(site.bench, artifact.file), True, "oras pull gives the file, under its name")
    described = json.loads(site.run("oras", "manifest", "fetch", "--descriptor", reference, *site.oras_flags()).stdout)
    expect(described["digest"], digest, "oras manifest fetch")


# --- they push

def crane_pushes(site, reference, artifact):
    site.crane("push", "layout-" + artifact.file, reference)


def skopeo_pushes(site, reference, artifact):
    site.run("skopeo", "copy", *site.skopeo_flags("dest-"), "oci:layout-%s:1.0" % artifact.file, "docker://" + reference)


def wash_pushes(site, reference, artifact):
    site.run("wash", "push", reference, artifact.file, *site.wash_flags())


def oras_pushes(site, reference, artifact):
    site.bench.write("config.json", artifact.config)
    site.run("oras", "push", reference, "--config", "config.json:" + artifact.config_type, "%s:%s" % (artifact.file, artifact.layer_type),
             *site.oras_flags())


def they_read(server, mode, client, reads):
    def check(bench):
        prepare_artifacts(bench)
        site = bench.sites[server, mode]
        for artifact in (ARCHIVE, COMPONENT):
            reference = "%s/ours/%s/%s:1.0" % (site.address, client, artifact.file.split(".")[1])
            reads(site, reference, artifact, site.tenon("push", reference, artifact.file)["digest"])
    return check


def we_read(server, mode, client, pushes):
    def check(bench):
        prepare_artifacts(bench)
        site = bench.sites[server, mode]
        for artifact, name in ((ARCHIVE, "Echo"), (COMPONENT, "adder")):
            reference = "%s/theirs/%s/%s:1.0" % (site.address, client, artifact.file.split(".")[1])
            pushes(site, reference, artifact)
            site.tenon("pull", reference, "--destination", "pulled", told=False)
            expect(read(bench, "pulled") == read(bench, artifact.file), True, "tenon pull gives the file")
            expect(site.tenon("inspect", reference, "--verify", "--no-cache")["name"], name, "tenon inspect")
    return check


# --- the folder of our server while it is off

def folder_of_ours(bench):
    """A registry that was served and ended: its folder."""
    prepare_artifacts(bench)
    folder = bench.path("off-%d" % len(os.listdir(bench.folder)))
    with Served(bench.tenon, folder, "--access-log", "none", environment=bench.env) as served:
        for artifact in (ARCHIVE, COMPONENT):
            bench.run(bench.tenon, "push", "%s/ours/%s:1.0" % (served.address, artifact.file.split(".")[1]), artifact.file, "--insecure")
    return folder


def layout_of(folder, artifact):
    return "%s/ours/%s/_oci" % (folder, artifact.file.split(".")[1])


def skopeo_reads_folder(bench):
    folder = folder_of_ours(bench)
    for artifact in (ARCHIVE, COMPONENT):
        layout = layout_of(folder, artifact)
        manifest = json.loads(bench.run("skopeo", "inspect", "--raw", "oci:%s:1.0" % layout).stdout)
        bench.run("skopeo", "copy", "oci:%s:1.0" % layout, "dir:" + folder + "-copy")
        expect(read(bench, "%s-copy/%s" % (folder, manifest["layers"][0]["digest"][7:])) == read(bench, artifact.file), True,
               "skopeo copies the file")


def crane_reads_folder(bench):
    folder = folder_of_ours(bench)
    site = bench.sites["tenon", "plain"]
    for artifact in (ARCHIVE, COMPONENT):
        reference = "%s/copied/%s:1.0" % (site.address, artifact.file.split(".")[1])
        site.crane("push", layout_of(folder, artifact), reference)
        site.tenon("pull", reference, "--destination", "pulled")
        expect(read(bench, "pulled") == read(bench, artifact.file), True, "the file that crane pushed from our folder")


def oras_reads_folder(bench):
    folder = folder_of_ours(bench)
    for artifact in (ARCHIVE, COMPONENT):
        bench.run("oras", "pull", "--oci-layout", layout_of(folder, artifact) + ":1.0", "-o", "oras-folder")
        expect(read(bench, "oras-folder/" + artifact.file) == read(bench, artifact.file), True, "oras pulls the file")


def umoci_lists_folder(bench):
    expect(bench.run("umoci", "ls", "--layout", layout_of(folder_of_ours(bench), ARCHIVE)).stdout.split(), ["1.0"], "umoci ls")


def skopeo_writes_folder(bench):
    folder = folder_of_ours(bench)
    bench.run("skopeo", "copy", "oci:layout-%s:1.0" % ARCHIVE.file, "oci:%s:theirs" % layout_of(folder, ARCHIVE))
    os.makedirs(folder + "/new/one")
    bench.run("skopeo", "copy", "oci:layout-%s:1.0" % ARCHIVE.file, "oci:%s/new/one/_oci:1.0" % folder)
    with Served(bench.tenon, folder, "--access-log", "none", environment=bench.env) as served:
        for name in ("ours/par:1.0", "ours/par:theirs", "new/one:1.0"):
            bench.run(bench.tenon, "pull", "%s/%s" % (served.address, name), "--destination", "pulled", "--insecure")
            expect(read(bench, "pulled") == read(bench, ARCHIVE.file), True, "tenon pulls " + name)


CLIENTS = (("crane", crane_reads, crane_pushes), ("skopeo", skopeo_reads, skopeo_pushes), ("wash", wash_reads, wash_pushes),
           ("oras", oras_reads, oras_pushes))
CHECKS = [row for server in SERVERS for mode in MODES for client, reads, pushes in CLIENTS
          for needs in [(client, *(name for name in (server, *NEEDS[mode]) if name != "tenon"))]
          for row in ((needs, "reads what tenon pushed to %s, %s" % (server, mode), they_read(server, mode, client, reads)),
                      (needs, "pushes to %s what tenon reads, %s" % (server, mode), we_read(server, mode, client, pushes)))]
CHECKS += [
    ("skopeo", "copies out of the folder of our registry", skopeo_reads_folder),
    ("crane", "pushes a repository's layout in that folder elsewhere", crane_reads_folder),
    ("oras", "pulls out of that folder", oras_reads_folder),
    ("umoci", "lists the tags in that folder", umoci_lists_folder),
    ("skopeo", "adds to that folder, and our registry serves it", skopeo_writes_folder),
]
VERSION_WORDS = {"crane": ["version"], "skopeo": ["--version"], "oras": ["version"], "umoci": ["--version"], "docker-registry": ["--version"],
                 "openssl": ["version"], "curl": ["--version"], "htpasswd": None}  # which does not tell
