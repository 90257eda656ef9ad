# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The server's part of kill_registry.py: clients that write down what was acknowledged, and the comparison afterwards.

Every key (a blob, manifest or tag in a repository) belongs to one client and has a set of values that it may have: one after an
answer, the old and the new one while a request is under way. Tags that all clients share may have what any of them wrote last.
"""
import collections
import hashlib
import http.client
import json
import pathlib
import random
import threading
import time

from kill import Broken, require
from served import Served, ask, sanitizer_options

clients = 4
rounds_each = 10  # kills of one directory; then a new one, so that looking at all of it stays quick
longest = 0.15  # seconds of work before a kill
repositories = ("load/a", "load/b/c")
shared_tag = "shared"
ref_name = "org.opencontainers.image.ref.name"
manifest_type = "application/vnd.oci.image.manifest.v1+json"
index_type = "application/vnd.oci.image.index.v1+json"

Key = collections.namedtuple("Key", "kind repository name")  # kind: blob, manifest or tag; name: digest or tag


def digest_of(content, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def shown(value):
    return "absent" if value is None else f"{len(value)} bytes" if isinstance(value, bytes) else str(value)[:200]


class Upload:
    """One that is under way: all its bytes, how many were acknowledged, how many may have arrived."""

    def __init__(self, repository, content, algorithm):
        self.repository, self.content, self.digest = repository, content, digest_of(content, algorithm)
        self.location, self.known, self.sent, self.closing = None, 0, 0, False


class Client:
    """Works until the connection breaks. What it believes is in `may_be`."""

    def __init__(self, number, seed):
        self.number = number
        self.chance = random.Random(f"{seed} client {number}")
        self.may_be = {}  # Key -> set of values, None for absent; a manifest's value is (type, content)
        self.manifests = {}  # repository -> keys that may become subjects, children or be deleted
        self.blobs = []  # keys of acknowledged ones
        self.referrers = {}  # (repository, subject) -> digests
        self.children = set()  # digests that an index of ours names
        self.shared, self.sharing = {}, {}  # repository -> what it wrote under the shared tag since the last look, or is about to write
        self.touched = set()
        self.upload = None
        self.answers = collections.Counter()
        self.problem = None
        self.serial = 0
        self.fresh = repositories[0]

    # --- bookkeeping
    def begin(self, key, value):
        self.touched.add(key)
        self.may_be[key] = self.may_be.get(key, {None}) | {value}

    def settle(self, key, value):
        self.may_be[key] = {value}
        self.answers[key.kind] += value is not None
        self.answers["removal"] += value is None

    def request(self, wanted, method, path, body=None, headers=None):
        status, headers, content = ask(self.connection, method, path, body, headers)
        require(status == wanted, f"{method} {path} is answered with {status} instead of {wanted}: {content[:300]}")
        return headers

    # --- one connection
    def work(self, served, stop, killing):
        self.connection = served.connect()
        try:
            while not stop.is_set():
                self.chance.choices((self.artifact, self.mount, self.remove, self.loose), (10, 3, 3, 3))[0]()
        except (OSError, http.client.HTTPException) as error:
            if not killing.is_set():
                self.problem = f"client {self.number}: the server hung up before it was killed: {error!r}"
        except Broken as broken:
            # An answer that came late is as good as any; one that does not fit is none.
            self.problem = f"client {self.number}: {broken}"
        finally:
            self.connection.close()

    # --- what it does
    def place(self):
        self.serial += 1
        # Now and then a repository that nobody has seen: its making may be what is interrupted, and is then done again.
        dice = self.chance.random()
        if dice < 0.1:
            self.fresh = f"fresh/{self.number}-{self.serial}"
        return self.fresh if dice < 0.2 else self.chance.choice(repositories)

    def bytes(self):
        """Nobody else's."""
        self.serial += 1
        size = self.chance.choice((10, 300, 4000, 4000, 40000, 200000))
        return b"%d/%d " % (self.number, self.serial) + self.chance.randbytes(self.chance.randint(1, size))

    def put_blob(self, repository):
        algorithm = "sha512" if self.chance.random() < 0.1 else "sha256"
        upload = Upload(repository, self.bytes(), algorithm)
        key = Key("blob", repository, upload.digest)
        self.begin(key, upload.content)
        base = f"/v2/{repository}/blobs/uploads/"
        octets = {"Content-Type": "application/octet-stream"}
        way = self.chance.randrange(4)
        if way == 0:
            self.request(201, "POST", f"{base}?digest={upload.digest}", upload.content, octets)
        else:
            self.upload = upload
            # The algorithm is named where chunks come before the digest.
            upload.location = self.request(202, "POST", base + (f"?digest-algorithm={algorithm}" if way > 1 else ""))["Location"]
            for _ in range((0, 1, 3)[way - 1]):
                self.patch(upload, self.chance.randint(1, max(1, len(upload.content) - upload.known)))
            upload.closing = True
            self.request(201, "PUT", with_digest(upload), upload.content[upload.known:], octets)
            self.upload = None
        self.settle(key, upload.content)
        self.blobs.append(key)
        return key

    def patch(self, upload, size):
        chunk = upload.content[upload.known:upload.known + size]
        if not chunk:
            return
        upload.sent = upload.known + len(chunk)
        headers = {"Content-Type": "application/octet-stream", "Content-Range": f"{upload.known}-{upload.sent - 1}"}
        upload.location = self.request(202, "PATCH", upload.location, chunk, headers)["Location"]
        upload.known = upload.sent

    def loose(self):
        """A blob that no manifest names, and perhaps its removal."""
        key = self.put_blob(self.place())
        if self.chance.random() < 0.5:
            self.blobs.remove(key)
            self.begin(key, None)
            self.request(202, "DELETE", f"/v2/{key.repository}/blobs/{key.name}")
            self.settle(key, None)

    def mount(self):
        if not self.blobs:
            return
        source = self.chance.choice(self.blobs)
        target = Key("blob", self.place(), source.name)
        content = next(iter(self.may_be[source]))
        self.begin(target, content)
        self.request(201, "POST", f"/v2/{target.repository}/blobs/uploads/?mount={source.name}&from={source.repository}")
        self.settle(target, content)

    def artifact(self):
        repository = self.place()
        parts = [self.put_blob(repository) for _ in range(self.chance.randint(1, 3))]
        layers = [{"mediaType": "application/octet-stream", "digest": key.name, "size": len(next(iter(self.may_be[key])))} for key in parts]
        own = self.manifests.setdefault(repository, [])
        manifest = {"schemaVersion": 2, "mediaType": manifest_type, "config": layers[0], "layers": layers,
                    "annotations": {"by": f"{self.number}/{self.serial}"}}
        if own and self.chance.random() < 0.3:
            subject = self.chance.choice(own)
            manifest["subject"] = self.descriptor(subject)
            manifest["artifactType"] = "application/vnd.example"
        elif own and self.chance.random() < 0.2:
            child = self.chance.choice(own)
            self.children.add(child.name)
            manifest = {"schemaVersion": 2, "mediaType": index_type, "manifests": [self.descriptor(child)],
                        "annotations": manifest["annotations"]}
        self.put_manifest(repository, manifest)

    def descriptor(self, key):
        kind, content = next(iter(self.may_be[key]))
        return {"mediaType": kind, "digest": key.name, "size": len(content)}

    def put_manifest(self, repository, manifest):
        content = json.dumps(manifest).encode()
        key = Key("manifest", repository, digest_of(content))
        way = self.chance.random()
        name = key.name if way < 0.2 else shared_tag if way < 0.4 else f"t{self.number}-{self.chance.randrange(6)}"
        value = (manifest["mediaType"], content)
        self.begin(key, value)
        if name == shared_tag:
            self.sharing[repository] = key.name
        elif name != key.name:
            self.begin(Key("tag", repository, name), key.name)
        self.request(201, "PUT", f"/v2/{repository}/manifests/{name}", content, {"Content-Type": manifest["mediaType"]})
        self.settle(key, value)
        if name == shared_tag:
            self.shared[repository] = self.sharing.pop(repository)
        else:
            # What others may have tagged is not removed.
            self.manifests[repository].append(key)
            if name != key.name:
                self.settle(Key("tag", repository, name), key.name)
        if "subject" in manifest:
            self.referrers.setdefault((repository, manifest["subject"]["digest"]), set()).add(key.name)

    def remove(self):
        """A tag, or a manifest with the tags that point at it."""
        tags = [key for key, values in self.may_be.items() if key.kind == "tag" and None not in values]
        if not tags:
            return
        tag = self.chance.choice(tags)
        gone, name = [tag], tag.name
        digest = next(iter(self.may_be[tag]))
        if self.chance.random() < 0.5 and digest not in self.children:
            name = digest
            gone = [key for key in tags if key.repository == tag.repository and name in self.may_be[key]]
            gone.append(Key("manifest", tag.repository, name))
            self.manifests[tag.repository] = [key for key in self.manifests[tag.repository] if key.name != name]
            for (repository, _), digests in self.referrers.items():
                if repository == tag.repository:
                    digests.discard(name)
        for key in gone:
            self.begin(key, None)
        self.request(202, "DELETE", f"/v2/{tag.repository}/manifests/{name}")
        for key in gone:
            self.settle(key, None)


def with_digest(upload):
    return upload.location + ("&" if "?" in upload.location else "?") + "digest=" + upload.digest


class Layouts:
    """What lies in the directory while nobody serves it."""

    def __init__(self, root):
        self.root, self.hashed = root, set()

    def look(self, all_again):
        """Gives the repositories: name -> (blobs, tags). Every file must have the digest of its name."""
        if all_again:
            self.hashed.clear()
        return {str(layout.parent.relative_to(self.root)): self.repository(layout)
                for layout in self.root.rglob("_oci") if (layout / "index.json").exists()}

    def repository(self, layout):
        version = json.loads((layout / "oci-layout").read_bytes())
        require(version == {"imageLayoutVersion": "1.0.0"}, f"oci-layout of {layout.parent.name} is {version}")
        blobs = {}
        for folder in (layout / "blobs").iterdir():
            for path in folder.iterdir():
                status = path.stat()
                state = (path, status.st_ino, status.st_size, status.st_mtime_ns)
                if state not in self.hashed:
                    found = digest_of(path.read_bytes(), folder.name)
                    require(found == f"{folder.name}:{path.name}", f"{path.relative_to(self.root)} holds something else, {status.st_size} bytes")
                    self.hashed.add(state)
                blobs[f"{folder.name}:{path.name}"] = status.st_size
        try:
            index = json.loads((layout / "index.json").read_bytes())
        except ValueError as error:
            raise Broken(f"index.json of {layout.parent.name} does not parse: {error}") from None
        tags = {}
        for entry in index["manifests"]:
            require(blobs.get(entry["digest"]) == entry["size"], f"index.json names {entry['digest']}, and there is no such blob")
            tag = entry.get("annotations", {}).get(ref_name)
            require(tag not in tags or tag is None, f"two entries of index.json have the tag {tag}")
            tags[tag] = entry["digest"]
        return blobs, tags, {entry["digest"] for entry in index["manifests"]}


class Load:
    def __init__(self, tenon, folder, seed):
        self.tenon, self.folder, self.chance = tenon, folder, random.Random(f"{seed} kills")
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"} | sanitizer_options()
        self.totals = collections.Counter()
        self.seed = seed

    def begin(self, number):
        root = self.folder / f"registry{number}"
        self.layouts = Layouts(root)
        self.served = Served(self.tenon, root, "--access-log", "none", environment=self.environment, log=self.folder / "log")
        self.clients = [Client(i, f"{self.seed} {number}") for i in range(clients)]
        self.shared = {}  # repository -> digests that the shared tag may name
        self.served.start()

    def kill(self):
        """Lets the clients work, and kills the server meanwhile."""
        stop, killing = threading.Event(), threading.Event()
        threads = [threading.Thread(target=client.work, args=(self.served, stop, killing)) for client in self.clients]
        for client in self.clients:
            client.touched.clear()
        for thread in threads:
            thread.start()
        time.sleep(self.chance.uniform(0, longest))
        killing.set()
        self.served.kill()
        stop.set()
        for thread in threads:
            thread.join()
        for client in self.clients:
            require(client.problem is None, client.problem)
        # What any client wrote last, or was about to write; without an answer to any of them, what was there before.
        for repository in {name for client in self.clients for name in (*client.shared, *client.sharing)}:
            written = {client.shared[repository] for client in self.clients if repository in client.shared}
            doubtful = {client.sharing[repository] for client in self.clients if repository in client.sharing}
            self.shared[repository] = (written or self.shared.get(repository, {None})) | doubtful

    def check_files(self, all_again=False):
        found = self.layouts.look(all_again)
        for client in self.clients:
            for key, values in client.may_be.items():
                blobs, tags, listed = found.get(key.repository, ({}, {}, set()))
                if key.kind == "tag":
                    there = tags.get(key.name)
                    require(there in values, f"{key.repository}:{key.name} is {there}, and not one of {values}")
                else:
                    there = key.name in blobs if key.kind == "blob" else key.name in listed
                    require((there and values != {None}) or (not there and None in values),
                            f"{key.kind} {key.name} in {key.repository} {'is there' if there else 'is gone'}")
        for repository, values in self.shared.items():
            there = found.get(repository, ({}, {}, set()))[1].get(shared_tag)
            require(there in values, f"{repository}:{shared_tag} is {there}, and not one of {values}")

    def check_served(self):
        """What was touched in this round, and some of the rest; each key has one value afterwards."""
        for client in self.clients:
            some = self.chance.sample(sorted(client.may_be), min(5, len(client.may_be)))
            for key in sorted(client.touched.union(some)):
                found = self.fetch(key)
                values = client.may_be[key]
                if found not in values:
                    raise Broken(f"{key.kind} {key.name} in {key.repository} is served as {shown(found)}, not as {' or '.join(map(shown, values))}")
                client.may_be[key] = {found}
            self.forget_what_is_not_there(client)
            for (repository, subject), digests in client.referrers.items():
                if self.chance.random() < 0.1:
                    _, _, content = self.served.request("GET", f"/v2/{repository}/referrers/{subject}")
                    listed = {entry["digest"] for entry in json.loads(content)["manifests"]}
                    require(digests <= listed, f"of the referrers of {subject} in {repository} some are not listed")
            self.go_on(client)
        for repository in self.shared:
            found = self.fetch(Key("tag", repository, shared_tag))
            require(found in self.shared[repository], f"{repository}:{shared_tag} is served as {found}")
            self.shared[repository] = {found}
            for client in self.clients:
                client.shared.pop(repository, None)
                client.sharing.pop(repository, None)

    def fetch(self, key):
        """A blob's content, a manifest's type and content, a tag's digest; None where there is none."""
        path = f"/v2/{key.repository}/{'blobs' if key.kind == 'blob' else 'manifests'}/{key.name}"
        status, headers, content = self.served.request("GET", path)
        if status == 404:
            return None
        require(status == 200, f"GET {path} is answered with {status}")
        digest = headers["Docker-Content-Digest"]
        require(digest_of(content, digest.partition(":")[0]) == digest, f"GET {path} gives other bytes than its digest says")
        if key.kind == "tag":
            return digest
        require(digest == key.name, f"GET {path} gives {digest}")
        return content if key.kind == "blob" else (headers["Content-Type"], content)

    @staticmethod
    def forget_what_is_not_there(client):
        client.blobs = [key for key in client.blobs if client.may_be[key] != {None}]
        for repository, keys in client.manifests.items():
            keys[:] = [key for key in keys if client.may_be[key] != {None}]

    def go_on(self, client):
        """An upload that was cut off goes on where the server says, and becomes the blob."""
        upload, client.upload = client.upload, None
        if not upload or not upload.location:
            return
        status, headers, _ = self.served.request("GET", upload.location)
        key = Key("blob", upload.repository, upload.digest)
        if status == 404 and upload.closing:
            return require(self.fetch(key) == upload.content, "an upload is gone, and its blob is not there")
        require(status == 204, f"an upload that was acknowledged is answered with {status}")
        there = int(headers["Range"].split("-")[1]) + 1
        most = len(upload.content) if upload.closing else upload.sent
        if headers["Range"] == "0-0" and upload.known <= 1:
            return  # nothing, or one byte: the answer is the same
        require(upload.known <= there <= most, f"{there} bytes of an upload are there; {upload.known} were acknowledged, {most} sent")
        status, _, content = self.served.request("PUT", with_digest(upload), upload.content[there:])
        require(status == 201, f"an upload that went on is answered with {status}: {content[:300]}")
        client.may_be[key] = {upload.content}
        require(self.fetch(key) == upload.content, "an upload that went on became something else")
        self.totals["gone on"] += 1

    def start_again(self):
        # Now and then it is killed while it starts, which must not matter either.
        if self.chance.random() < 0.2:
            self.served.spawn()
            time.sleep(self.chance.uniform(0, 0.02))
            self.served.kill()
        try:
            self.served.start()
        except RuntimeError as error:
            raise Broken(str(error)) from None


def load_scene(tenon, folder, kills, seed):
    load = Load(pathlib.Path(tenon), folder, seed)
    done = 0
    try:
        while done < kills:
            load.begin(done)
            for _ in range(min(rounds_each, kills - done)):
                done += 1
                try:
                    load.kill()
                    load.check_files(all_again=done == kills or done % rounds_each == 0)
                    load.start_again()
                    load.check_served()
                except Broken as broken:
                    raise Broken(f"after kill {done}: {broken}") from None
            load.served.end()
            for client in load.clients:
                load.totals += client.answers
    finally:
        load.served.kill()
    totals = load.totals
    # How much comes to its end depends on the machine; some of each must.
    least = max(1, kills // 10)
    require(totals["blob"] >= least and totals["manifest"] >= least, f"only {dict(totals)} were acknowledged, so little was proved")
    return (f"{done} killed; {totals['blob']} blobs, {totals['manifest']} manifests, {totals['tag']} tags and {totals['removal']} removals "
            f"were acknowledged, {totals['gone on']} uploads went on")
