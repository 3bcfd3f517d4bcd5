"""Where backups go to: a folder of this machine, or a bucket of the S3 gateway."""

import json
import pathlib
import subprocess
from dataclasses import dataclass

from dataset import tree_size
from gateway import ACCESS_KEY, BUCKET, SECRET_KEY, Gateway
from measure import clean_environment, pipeline, run
from settings import MIB

S3_CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class Folder:
    path: pathlib.Path
    title = "a folder"

    def prepare(self) -> None:
        self.path.mkdir()

    def cpu_seconds(self) -> float | None:
        return None

    def stored(self, name: str) -> int:
        return tree_size(self.path / name)


@dataclass(frozen=True)
class Bucket:
    gateway: Gateway
    title = "Ceph RGW (S3)"

    @property
    def rclone(self) -> dict[str, str]:
        """The remote "rgw" of rclone, by environment."""
        return {
            "RCLONE_CONFIG": "/dev/null",
            "RCLONE_CONFIG_RGW_TYPE": "s3",
            "RCLONE_CONFIG_RGW_PROVIDER": "Ceph",
            "RCLONE_CONFIG_RGW_ENDPOINT": self.gateway.endpoint,
            "RCLONE_CONFIG_RGW_ACCESS_KEY_ID": ACCESS_KEY,
            "RCLONE_CONFIG_RGW_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def prepare(self) -> None:
        run(pipeline(["rclone", "mkdir", f"rgw:{BUCKET}"], environment=self.rclone))
        # Ceph makes its pools when the first object in parts comes, which takes seconds: nobody's part of the comparison.
        run(pipeline(["head", "-c", str(12 * MIB), "/dev/urandom"], ["rclone", "rcat", "--s3-chunk-size", "5M", f"rgw:{BUCKET}/first"],
                     environment=self.rclone))
        run(pipeline(["rclone", "deletefile", f"rgw:{BUCKET}/first"], environment=self.rclone))

    def cpu_seconds(self) -> float | None:
        """What the place itself has spent so far; None where it is part of the kernel."""
        return self.gateway.cpu_seconds()

    def stored(self, name: str) -> int:
        """The bytes of all objects under a prefix, as the gateway lists them."""
        listed = subprocess.run(
            ["rclone", "size", "--json", f"rgw:{BUCKET}/{name}"],
            env=clean_environment(self.rclone), capture_output=True, check=True, timeout=120)
        return json.loads(listed.stdout)["bytes"]


Place = Folder | Bucket
