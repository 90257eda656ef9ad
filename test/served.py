# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`tenon registry serve` as a test wants it: on a port that the system chose, asked over a connection that is kept."""
import http.client
import json
import os
import signal
import subprocess


class Served:
    def __init__(self, tenon, folder, *words, environment=None, log=None):
        """`folder` is None for a registry in memory. More words are options; `log` is a file for what it says."""
        place = ("--memory",) if folder is None else ("--dir", folder)
        self.words = [str(word) for word in (tenon, "registry", "serve", "--addr", "127.0.0.1:0", *place, "-o", "json", *words)]
        self.environment, self.log = environment, log
        self.process = None
        self.connection = None

    def spawn(self):
        """Starts it without waiting until it serves."""
        errors = open(self.log, "ab") if self.log else subprocess.DEVNULL
        try:
            self.process = subprocess.Popen(self.words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=errors, text=True)
        finally:
            if self.log:
                errors.close()

    def start(self):
        self.spawn()
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        if not lines:
            status = self.process.wait()
            said = open(self.log, encoding="utf-8").read() if self.log else ""
            raise RuntimeError(f"the registry does not come up: it left with {status}\n{said[-2000:]}")
        self.scheme, self.address = json.loads("".join(lines))["address"].split("://")
        return self

    def connect(self):
        """A connection of one's own; plain HTTP."""
        host, port = self.address.rsplit(":", 1)
        return http.client.HTTPConnection(host, int(port), timeout=60)

    def request(self, method, path, body=None, headers=None):
        """Gives status, headers and content. For one thread."""
        self.connection = self.connection or self.connect()
        return ask(self.connection, method, path, body, headers)

    def end(self, number=signal.SIGTERM):
        """Sends the signal and waits; gives the exit status."""
        if self.connection:
            self.connection.close()
            self.connection = None
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        self.process = None
        return status

    def kill(self):
        return self.end(signal.SIGKILL)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()


def ask(connection, method, path, body=None, headers=None):
    connection.request(method, path, body=body, headers=headers or ({"Content-Length": "0"} if method in ("POST", "PATCH", "PUT") and body is None else {}))
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def sanitizer_options():
    return {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
