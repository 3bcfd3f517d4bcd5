#!/usr/bin/env python3
"""Restores a backup without the software that wrote it:  restore-by-hand.py STORE BACKUP TARGET

STORE is a folder with the store's objects under their keys (a mounted volume, or what `aws s3 sync` has fetched), BACKUP
the backup's path in it, TARGET a new folder. Needs Python 3.8 and the zstd command; as root it gives the files back to
their owners. The format is described in archive-format.md."""
import hashlib, json, os, subprocess, sys

BLOCK = 1 << 20

def fail(why):
    sys.exit(f"Not restored: {why}.")

def lines(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[-40:-32].hex() != "502a4d1820000000" or hashlib.sha256(data[:-40]).digest() != data[-32:]:
        fail(f"{path} is damaged, its seal does not fit")
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as zstd:
        yield from map(json.loads, zstd.stdout)

def block(store, packs, place, length, what):
    pack, offset, size, _, digest = place
    with open(os.path.join(store, packs[pack]), "rb") as file:
        file.seek(offset)
        data = file.read(size)
    if size != length:
        data = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=False).stdout
    if len(data) != length or hashlib.sha256(data).hexdigest() != digest:
        fail(f"{what} is damaged in {packs[pack]} at offset {offset}")
    return data

def attributes(path, uid, gid, mode, mtime=None):
    if os.geteuid() == 0:
        os.chown(path, uid, gid, follow_symlinks=False)
    if not os.path.islink(path):
        os.chmod(path, mode)
    if mtime is not None:
        os.utime(path, ns=(mtime, mtime), follow_symlinks=False)

def main(store, backup, target):
    manifest = lines(os.path.join(store, backup, "manifest.json.zst"))
    header, packs, later, end = next(manifest), [], [], None
    if header.get("manifest") != 1 or header.get("encryption") is not None:
        fail("this script reads format version 1 without encryption")
    os.makedirs(target, mode=0o700)  # fails where it exists, so there is no link to write through
    for line in manifest:
        name = line.get("file", line.get("dir", line.get("link", "")))
        path, end = os.path.join(target, name), line.get("end")
        if name.startswith("/") or ".." in name.split("/"):
            fail(f"the path {name!r} is not to be trusted")
        if "pack" in line:
            packs.append(f"{line['path']}/packs/{line['pack']:05}.pack")
        elif "dir" in line:
            os.mkdir(path)
        elif "file" in line:
            at, size = 0, line["size"]
            with open(path, "xb") as file:
                while at < size:
                    for item in next(manifest)["blocks"]:
                        if isinstance(item, int):
                            at += item * BLOCK  # so many blocks of zeros: a hole
                        else:
                            file.seek(at)
                            file.write(block(store, packs, item, min(BLOCK, size - at), f"block {at // BLOCK} of {name}"))
                            at += BLOCK
                file.truncate(size)
        if name:
            later.append((path, line))
    if end is None:
        fail("the manifest is not whole")
    for path, line in reversed(later):
        if "link" in line:
            os.symlink(line["target"], path)
        attributes(path, line["uid"], line["gid"], line["mode"] & 0o1777, line["mtime"])
    attributes(target, header["root"]["uid"], header["root"]["gid"], header["root"]["mode"] & 0o1777)
    print(f"{end['files']} files, {end['logicalBytes']} bytes restored to {target}")

if __name__ == "__main__":
    main(*sys.argv[1:4]) if len(sys.argv) == 4 else sys.exit(__doc__)
