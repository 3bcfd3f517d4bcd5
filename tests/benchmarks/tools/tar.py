"""tar and zstd, with rclone for S3: what people script."""

import pathlib

from gateway import BUCKET
from measure import Pipeline, pipeline
from places import Bucket, Place
from tools.tool import AS_FULL, HAS_NONE, Operation

COMPRESS = ["zstd", "-1", "-T2", "-q"]


class Tar:
    def __init__(self, place: Place, work: pathlib.Path):
        self._place = place
        self.name = "tar, zstd, rclone" if isinstance(place, Bucket) else "tar, zstd"

    def prepare(self) -> None:
        if not isinstance(self._place, Bucket):
            (self._place.path / "tar").mkdir()

    def command(self, operation: Operation, data: pathlib.Path, restored: pathlib.Path) -> Pipeline | str:
        if operation is Operation.FULL:
            return self._backup(data)
        if operation is Operation.RESTORE:
            return self._restore(restored)
        return HAS_NONE if operation is Operation.VERIFY else AS_FULL

    def _backup(self, data: pathlib.Path) -> Pipeline:
        read = ["tar", "-C", data, "-c", "."]
        if isinstance(self._place, Bucket):
            write = ["rclone", "rcat", "--s3-chunk-size", "16M", "--s3-upload-concurrency", "4", f"rgw:{BUCKET}/tar/full.tar.zst"]
            return pipeline(read, [*COMPRESS, "-c"], write, environment=self._place.rclone)
        return pipeline(read, [*COMPRESS, "-f", "-o", self._file])

    def _restore(self, restored: pathlib.Path) -> Pipeline:
        write = ["tar", "-C", restored, "-x"]
        if isinstance(self._place, Bucket):
            read = ["rclone", "cat", f"rgw:{BUCKET}/tar/full.tar.zst"]
            return pipeline(read, ["zstd", "-d", "-q", "-c"], write, environment=self._place.rclone)
        return pipeline(["zstd", "-d", "-q", "-c", self._file], write)

    @property
    def _file(self) -> pathlib.Path:
        return self._place.path / "tar" / "full.tar.zst"

    def stored(self) -> int:
        return self._place.stored("tar")
