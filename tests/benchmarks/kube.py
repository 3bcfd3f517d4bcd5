"""The few requests to an API server that filling it takes, on one connection."""

import base64
import http.client
import json
import pathlib
import re
import ssl
import urllib.parse

from settings import BenchError


class Kube:
    def __init__(self, kubeconfig: pathlib.Path):
        text = kubeconfig.read_text()
        server = urllib.parse.urlsplit(_value(text, "server"))
        trust = ssl.create_default_context(cadata=base64.b64decode(_value(text, "certificate-authority-data")).decode())
        self._connection = http.client.HTTPSConnection(server.hostname, server.port, context=trust, timeout=60)
        self._authorization = f"Bearer {_value(text, 'token')}"

    def create(self, path: str, body: dict) -> dict:
        return self._send("POST", path, body, "application/json")

    def merge(self, path: str, body: dict) -> dict:
        return self._send("PATCH", path, body, "application/merge-patch+json")

    def apply(self, path: str, manifest: str) -> dict:
        return self._send("PATCH", f"{path}?fieldManager=bench", manifest, "application/apply-patch+yaml")

    def get(self, path: str) -> dict:
        return self._send("GET", path, None, "application/json")

    def log(self, namespace: str, pod: str) -> str:
        return self._answer("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/log", None, "application/json")[1]

    def exists(self, path: str) -> bool:
        return self._answer("GET", path, None, "application/json")[0] == 200

    def _send(self, method: str, path: str, body: dict | str | None, content: str) -> dict:
        status, text = self._answer(method, path, json.dumps(body) if isinstance(body, dict) else body, content)
        if status >= 300:
            raise BenchError(f"{method} {path}: {status} {text[:500]}")
        return json.loads(text)

    def _answer(self, method: str, path: str, body: str | None, content: str) -> tuple[int, str]:
        self._connection.request(method, path, body, {"Content-Type": content, "Authorization": self._authorization})
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()


def _value(text: str, key: str) -> str:
    return re.search(rf"^\s*{re.escape(key)}:\s*(\S+)\s*$", text, re.MULTILINE)[1]
