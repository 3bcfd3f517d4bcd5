#!/usr/bin/env python3
"""Restores a backup without the software that wrote it:  restore-by-hand.py STORE BACKUP TARGET

STORE is a folder with the store's objects under their keys (a mounted volume, or what `aws s3 sync` has fetched), BACKUP
the backup's path in it (with those that it builds on beside it), TARGET a new folder. Needs Python 3.8 and the zstd
command; as root it gives the files back to their owners. The format is described in archive-format.md."""
import hashlib, json, os, subprocess, sys

BLOCK, PIECE = 1 << 20, 64 << 10

def fail(why):
    sys.exit(f"Not restored: {why}.")

def lines(path):
    data = open(path, "rb").read()
    if data[-40:-32].hex() != "502a4d1820000000" or hashlib.sha256(data[:-40]).digest() != data[-32:]:
        fail(f"{path} is damaged, its seal does not fit")
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as zstd:
        yield from map(json.loads, zstd.stdout)

def frame(store, pack, offset, size, length):
    with open(os.path.join(store, pack), "rb") as file:
        data = os.pread(file.fileno(), size, offset)
    return data if size == length else subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=False).stdout

def block(store, packs, place, length, what):
    data = bytearray(frame(store, packs[place[0]], place[1], place[2], length))
    pieces = [slice(at, min(at + PIECE, length)) for at in range(0, length, PIECE)]
    for pack, offset, size, _, bits in place[5] if len(place) > 5 else []:  # newer pieces go over older ones
        changed = [piece for number, piece in enumerate(pieces) if bits >> number & 1]
        patch = frame(store, packs[pack], offset, size, sum(piece.stop - piece.start for piece in changed))
        for piece in changed:
            data[piece], patch = patch[:piece.stop - piece.start], patch[piece.stop - piece.start:]
    digest = hashlib.sha256(b"".join(hashlib.sha256(data[piece]).digest() for piece in pieces)).hexdigest()
    if len(data) != length or digest != place[4]:
        fail(f"{what} is damaged in {packs[place[0]]} at offset {place[1]}")
    return data

def attributes(path, uid, gid, mode, mtime):
    os.geteuid() or os.chown(path, uid, gid, follow_symlinks=False)
    if not os.path.islink(path):
        os.chmod(path, mode & 0o1777)
    os.utime(path, ns=(mtime, mtime), follow_symlinks=False)

def main(store, backup, target):
    manifest = lines(os.path.join(store, backup, "manifest.json.zst"))
    header, packs, later, end = next(manifest), [], [], None
    if header.get("manifest") != 1 or header.get("encryption"):
        fail("this script reads format version 1 without encryption")
    os.makedirs(target, mode=0o700)  # fails where it exists, so there is no link to write through
    for line in manifest:
        name = line.get("file", line.get("dir", line.get("link", "")))
        path, end = os.path.join(target, name), line.get("end")
        if name.startswith("/") or ".." in name.split("/"):
            fail(f"the path {name!r} is not to be trusted")
        if "pack" in line:
            packs.append(f"{line.get('path', backup)}/packs/{line['pack']:05}.pack")
        elif "dir" in line:
            os.mkdir(path)
        elif "file" in line:
            at, size = 0, line["size"]
            with open(path, "xb") as file:
                while at < size:
                    for item in next(manifest)["blocks"]:
                        if not isinstance(item, int):
                            file.seek(at)
                            file.write(block(store, packs, item, min(BLOCK, size - at), f"block {at // BLOCK} of {name}"))
                        at += BLOCK * (item if isinstance(item, int) else 1)  # a number is so many blocks of zeros
                file.truncate(size)
        later += [(path, line)] if name else []
    end or fail("the manifest is not whole")
    for path, line in reversed(later):
        if "link" in line:
            os.symlink(line["target"], path)
        attributes(path, line["uid"], line["gid"], line["mode"], line["mtime"])
    attributes(target, *(header["root"][name] for name in ("uid", "gid", "mode")), os.stat(target).st_mtime_ns)
    print(f"{end['files']} files, {end['logicalBytes']} bytes restored to {target}")

if __name__ == "__main__":
    main(*sys.argv[1:4]) if len(sys.argv) == 4 else sys.exit(__doc__)
