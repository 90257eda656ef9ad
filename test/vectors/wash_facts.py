# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What two runs of the same command must have in common: outputs and files without ids, new keys and orders of chance."""
import base64
import gzip
import io
import json
import re
import tarfile

# Keys and rows of ours, which come after those of wash.
OWN_KEYS = ["verification", "sizes", "code", "help", "offset", "place", "frames", "warnings", "digest"]
OWN_ROWS = re.compile(r"  (Verification  |(failure|warning): )")
TOKEN = re.compile(r"eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+")


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Keys:
    """The keys that the cases give; every other key in an output was made on the way."""

    def __init__(self, suite):
        text = read_text(suite + "/inputs/keys/keys.tsv")
        self.given = set(re.findall(r"\bS[A-Z2-7]{57}\b|\b[A-Z2-7]{56}\b", text))

    def mask(self, text):
        def one(match):
            word = match.group(0)
            if word in self.given:
                return word
            return "<seed %s>" % word[:2] if len(word) == 58 else "<key %s>" % word[0]
        return re.sub(r"\bS[A-Z2-7]{57}\b|\b[ACMNOUVX][A-Z2-7]{55}\b", one, text)


def decode_segment(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def token_facts(token, frozen):
    """What a token says, as text: all but id and signature, and the times only where the clock stood still."""
    header, payload, signature = token.split(".")
    if len(decode_segment(signature)) != 64:
        return "no signature of 64 bytes"
    facts = re.sub(r'"jti":"[0-9A-Za-z]{22}"', '"jti":"<id>"', decode_segment(payload).decode())
    if not frozen:
        facts = re.sub(r'"(iat|exp|nbf)":\d+', r'"\1":"<time>"', facts)
    facts = re.sub(r'"target_hashes":(\{[^}]*\})',
                   lambda m: '"target_hashes":' + json.dumps(json.loads(m.group(1)), sort_keys=True), facts)
    facts = re.sub(r'"world.wasm": "[0-9A-F]{64}"', '"world.wasm": "<hash>"', facts)  # it names its maker
    # Without quotation marks, so that it can stand in a JSON string.
    return (decode_segment(header).decode() + facts).replace('"', "'")


def in_common(value):
    """A JSON answer without our keys, its targets sorted."""
    if isinstance(value, dict):
        value = {key: item for key, item in value.items() if key not in OWN_KEYS}
        if isinstance(value.get("targets"), list):
            value["targets"].sort()
    return json.dumps(value, sort_keys=True)


def common_line(line):
    try:
        return in_common(json.loads(line))
    except ValueError:
        return line


def sort_targets_of_table(lines):
    for i, line in enumerate(lines):
        if line.strip() == "Supported Architecture Targets":
            end = i + 1
            while end < len(lines) and lines[end].strip() and not lines[end].startswith("   "):
                end += 1
            lines[i + 1:end] = sorted(lines[i + 1:end])
    return lines


class Normal:
    def __init__(self, case_dir, keys, frozen):
        self.case_dir, self.keys, self.frozen = case_dir, keys, frozen

    def text(self, text):
        text = text.replace(self.case_dir, "$CASE")
        text = TOKEN.sub(lambda m: "<token %s>" % token_facts(m.group(0), self.frozen), text)
        text = self.keys.mask(text)
        # The hash of a file that holds a token.
        text = re.sub(r"^[0-9a-f]{64}(?=  signed\.wasm$)", "<hash>", text, flags=re.M)
        # The size of a file that names its maker, as tar lists it.
        return re.sub(r" +\d+(?= 1970-01-01 00:00 world\.wasm$)", " <size>", text, flags=re.M)

    def output(self, text):
        text = self.text(text)
        try:
            return in_common(json.loads(text))
        except ValueError:
            lines = [common_line(line) for line in text.split("\n") if not OWN_ROWS.match(line)]
            return "\n".join(sort_targets_of_table(lines))


def leb(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7f) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def docs_facts(payload):
    """Version 0 of `package-docs` has a function's text where version 1 has an object with it; old wash writes 0."""
    def later(value):
        if not isinstance(value, dict):
            return value
        return {key: {name: {"docs": one} if isinstance(one, str) else one for name, one in item.items()}
                if key in ("funcs", "func_exports") else later(item) for key, item in value.items()}
    return payload[0] in (0, 1) and later(json.loads(payload[1:]))


def world_facts(data):
    """The sections of an encoded package, without the name of its maker."""
    facts, at = [data[:8]], 8
    while at < len(data):
        section = data[at]
        size, begin = leb(data, at + 1)
        at = begin + size
        content = data[begin:at]
        if section != 0:
            facts.append((section, content))
            continue
        length, name_at = leb(content, 0)
        name, payload = content[name_at:name_at + length], content[name_at + length:]
        if name != b"producers":
            facts.append((name, docs_facts(payload) if name == b"package-docs" else payload))
    return facts


def tar_facts(data, normal):
    """Of each entry name, header bytes and content, sorted by name; of the token what it says."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    facts = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            content = tar.extractfile(member).read()
            header = data[member.offset:member.offset + 512]
            if member.name == "claims.jwt":
                content = normal.text(content.decode())
            if member.name == "world.wasm":
                content = world_facts(content)
                header = header[:124] + header[136:148] + header[156:]  # size and checksum
            facts.append((member.name, header, content))
    return sorted(facts)


def wasm_facts(data, normal):
    """The bytes around the token, and what the token says."""
    match = TOKEN.search(data.decode("latin-1"))
    if not match:
        return data
    return data[:match.start()], normal.text(match.group(0)), data[match.end():]


def file_facts(path, normal):
    with open(path, "rb") as file:
        data = file.read()
    if re.search(r"\.par(\.gz)?$|\.bin(\.gz)?$", path) and (data[:2] == b"\x1f\x8b" or data[257:262] == b"ustar"):
        return tar_facts(data, normal)
    return wasm_facts(data, normal) if path.endswith(".wasm") else data
