"""restic, with its own compression and encryption, which it cannot do without."""

import pathlib

from gateway import BUCKET
from measure import Pipeline, pipeline, run
from places import S3_CREDENTIALS, Bucket, Place
from tools.tool import Operation


class Restic:
    name = "restic"

    def __init__(self, place: Place, work: pathlib.Path):
        self._place = place
        if isinstance(place, Bucket):
            self._repository = f"s3:{place.gateway.endpoint}/{BUCKET}/restic"
        else:
            self._repository = str(place.path / "restic")
        self._environment = {**S3_CREDENTIALS, "RESTIC_PASSWORD": "bench", "RESTIC_CACHE_DIR": str(work / "restic-cache")}

    def prepare(self) -> None:
        run(self._restic("init", "--repository-version", "2"))

    def command(self, operation: Operation, data: pathlib.Path, restored: pathlib.Path) -> Pipeline | str:
        if operation.stores:
            return self._restic("backup", "-q", ".", directory=data)
        if operation is Operation.RESTORE:
            return self._restic("restore", "-q", "latest", "--target", str(restored))
        return self._restic("check", "-q", "--read-data")

    def stored(self) -> int:
        return self._place.stored("restic")

    def _restic(self, verb: str, *arguments: str, directory: pathlib.Path | None = None) -> Pipeline:
        return pipeline(["restic", "-r", self._repository, verb, *arguments], environment=self._environment, directory=directory)
