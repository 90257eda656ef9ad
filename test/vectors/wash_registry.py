# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The two registries that the captured steps talk to: tenon's own, on ports that the system chose."""
import json
import os
import re
import shutil
import subprocess
import tempfile

# What stands in the captured command lines and words.
CAPTURED = {"anonymous": "127.0.0.1:5000", "password": "127.0.0.1:5001"}
# alice, s3cret-throwaway; written by `htpasswd -Bbn -C 5`.
HTPASSWD = "alice:$2y$05$E/K21rg03qTHy/2HFpcn0eK6SJ4X0wcnBietS2zEPPKIOGCYH2YNG\n"
TOOLS = ("curl", "jq")


class Registries:
    def __init__(self, tenon):
        self.tenon, self.processes, self.addresses = tenon, [], {}
        self.folder = None

    def missing_tools(self):
        return [name for name in TOOLS if not shutil.which(name)]

    def start(self):
        if self.folder:
            return
        self.folder = tempfile.mkdtemp(prefix="tenon-registries-")
        users = os.path.join(self.folder, "htpasswd")
        with open(users, "w", encoding="utf-8") as file:
            file.write(HTPASSWD)
        for name, words in (("anonymous", []), ("password", ["--htpasswd", users])):
            process = subprocess.Popen(
                [self.tenon, "registry", "serve", "--addr", "127.0.0.1:0", "--dir", os.path.join(self.folder, name), "-o", "json", *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=open(os.path.join(self.folder, name + ".log"), "wb"), text=True)
            self.processes.append(process)
            self.addresses[name] = json.loads(self.first_object(process))["address"].removeprefix("http://")

    @staticmethod
    def first_object(process):
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        return "".join(lines)

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait(30)
            process.stdout.close()
        if self.folder:
            shutil.rmtree(self.folder)

    def to_real(self, command):
        for name, address in self.addresses.items():
            command = command.replace(CAPTURED[name], address)
        return command

    def to_captured(self, text):
        for name, address in self.addresses.items():
            text = text.replace(address, CAPTURED[name])
        # Digests follow from the title that a layer has here, and from the keys of the run.
        return re.sub(r"sha256:[0-9a-f]{64}", "<digest>", text)


def artifact_facts(data):
    """A manifest or configuration: without the title that makes other tools' pulls write a file, and without digests."""
    value = json.loads(re.sub(r"sha256:[0-9a-f]{64}", "<digest>", data.decode()))
    for layer in value.get("layers", []):
        title = layer.pop("annotations", {})
        assert not title or list(title) == ["org.opencontainers.image.title"], title
        layer.pop("size")
    if isinstance(value.get("config"), dict):
        value["config"].pop("size")
    return json.dumps(value)
