# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes damaged archives for the tests beside it.

    archives.py tar OUT NAME=FILE...          a tar file with these entries, headers as tenon writes them
    archives.py long FORMAT OUT NAME=FILE...  the same as GNU tar writes it (FORMAT gnu or pax), for names longer than a header holds
    archives.py set FILE OFFSET HEX           overwrites bytes
    archives.py header FILE OFFSET FIELD HEX  overwrites bytes of the header at OFFSET and mends its checksum
    archives.py cut FILE SIZE                 keeps the first bytes (a negative size: leaves out so many at the end)
    archives.py token IN OUT FROM TO          replaces text in the payload of a token, leaving its signature
    archives.py head IN OUT JSON              replaces the header of a token
"""
import base64
import re
import sys
import tarfile


def header(name, size):
    block = bytearray(512)
    block[0:len(name)] = name
    block[124:136] = b"%011o\0" % size
    block[136:148] = b"%011o\0" % 0
    block[257:265] = b"ustar  \0"
    return mended(block)


def mended(block):
    block[148:156] = b" " * 8
    block[148:156] = b"%07o\0" % sum(block)
    return bytes(block)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def tar(out, *entries):
    content = b""
    for entry in entries:
        name, file = entry.split("=")
        data = read(file)
        content += header(name.encode().decode("unicode_escape").encode("latin-1"), len(data))
        content += data + bytes(-len(data) % 512)
    write(out, content + bytes(1024))


def long_names(kind, out, *entries):
    with tarfile.open(out, "w", format={"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[kind]) as archive:
        for entry in entries:
            name, file = entry.split("=")
            info = tarfile.TarInfo(name)
            info.size = len(read(file))
            with open(file, "rb") as content:
                archive.addfile(info, content)


def set_bytes(path, offset, text):
    data = bytearray(read(path))
    new = bytes.fromhex(text)
    data[int(offset):int(offset) + len(new)] = new
    write(path, data)


def set_header(path, offset, field, text):
    data = bytearray(read(path))
    begin, new = int(offset), bytes.fromhex(text)
    block = data[begin:begin + 512]
    block[int(field):int(field) + len(new)] = new
    data[begin:begin + 512] = mended(block)
    write(path, data)


def cut(path, size):
    write(path, read(path)[:int(size)])


def segment(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def edit_token(source, out, old, new):
    head, payload, signature = read(source).strip().split(b".")
    text = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)).decode()
    edited = re.sub(old, new, text)
    if edited == text:
        sys.exit("nothing to replace")
    write(out, b".".join([head, segment(edited.encode()), signature]))


def edit_head(source, out, text):
    _, payload, signature = read(source).strip().split(b".")
    write(out, b".".join([segment(text.encode()), payload, signature]))


if __name__ == "__main__":
    {"tar": tar, "long": long_names, "set": set_bytes, "header": set_header, "cut": cut, "token": edit_token, "head": edit_head}[
        sys.argv[1]](*sys.argv[2:])
